cd mnt
ln -f left.txt right.txt
