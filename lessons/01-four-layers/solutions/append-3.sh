# As many editors do it: a new file is written, and takes the name of the old one.
sed -i '$a edited in the container' mnt/image-layer4.txt
