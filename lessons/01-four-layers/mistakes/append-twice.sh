# verify: mnt/image-layer4.txt has a line too many: line 3 reads "edited in the container"
echo 'edited in the container' >> mnt/image-layer4.txt
echo 'edited in the container' >> mnt/image-layer4.txt
