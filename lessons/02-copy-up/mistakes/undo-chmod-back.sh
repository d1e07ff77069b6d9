# verify: mnt/book.txt comes from container, not from image
# The learner undid the change, but not the copy.
chmod 644 mnt/book.txt
