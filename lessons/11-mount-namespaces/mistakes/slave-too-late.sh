# verify: the mount on door is private, not slave
# disk was made shared only after it was bound.
mount --bind disk door
mount --make-shared disk
mount --make-slave door
