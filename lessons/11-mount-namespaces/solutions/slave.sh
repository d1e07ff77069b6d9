mount --make-shared disk
mount --bind disk door
mount --make-slave door
# Only what was bound from a shared mount has a master when it becomes a slave.
