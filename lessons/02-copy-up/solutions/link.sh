rm mnt/right.txt
ln mnt/left.txt mnt/right.txt
