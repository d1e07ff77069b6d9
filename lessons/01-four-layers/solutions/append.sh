echo 'edited in the container' >> mnt/image-layer4.txt
