echo 'my first file' > mnt/notes.txt
# What is written through the merged view comes to lie in the upper layer.
