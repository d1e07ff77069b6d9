# verify: mnt/book.txt does not exist
# The learner deleted the book in the merged view and expected the one below to come back.
rm mnt/book.txt
