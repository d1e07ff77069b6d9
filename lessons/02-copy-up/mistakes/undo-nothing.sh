# verify: mnt/book.txt comes from container, not from image
