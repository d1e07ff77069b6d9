echo 'my first file' > mnt/notes.txt
