# verify: the mount on door is slave, but not of disk
# The learner bound disk to secret first, took it out of the peers, and bound that to door.
mount --make-shared disk
mount --bind disk secret
mount --make-private secret
mount --make-shared secret
mount --bind secret door
mount --make-slave door
