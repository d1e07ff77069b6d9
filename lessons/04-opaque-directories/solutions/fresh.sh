rm -r mnt/docs
mkdir mnt/docs
# The kernel marks a directory opaque when it is made in the place of a deleted one.
