rm mnt/right.txt
ln mnt/left.txt mnt/right.txt
# A name must be free before another file can be given it.
