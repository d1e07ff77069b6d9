# verify: the mount on door is shared, not slave
mount --make-shared disk
mount --bind disk door
