# verify: the mount on disk is private, not shared
# Without a shared master --make-slave does nothing, and says nothing.
mount --bind disk door
mount --make-slave door
