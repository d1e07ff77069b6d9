# verify: no overlay is mounted on next
# The learner mounted the image on itself: a mount, but not a union.
mkdir next
mount --bind image next
