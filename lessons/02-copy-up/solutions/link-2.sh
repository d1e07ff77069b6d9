cd mnt
ln -f left.txt right.txt
# With -f, ln takes the old name away first.
