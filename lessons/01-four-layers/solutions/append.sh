echo 'edited in the container' >> mnt/image-layer4.txt
# >> writes at the end. The kernel copies the file up first, so the old line comes along.
