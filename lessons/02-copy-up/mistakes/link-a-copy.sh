# verify: mnt/left.txt and mnt/right.txt are two files, not one
cp mnt/left.txt mnt/right.txt
