# verify: container/docs is a directory, but not opaque
# The learner emptied the directory: now it is full of whiteouts.
rm mnt/docs/one.txt mnt/docs/two.txt
