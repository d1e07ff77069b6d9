# verify: mnt/right.txt is a symbolic link, not a second name of mnt/left.txt
rm mnt/right.txt
ln -s left.txt mnt/right.txt
