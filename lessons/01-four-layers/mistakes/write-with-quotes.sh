# verify: mnt/notes.txt reads "'my first file'", not "my first file"
echo "'my first file'" > mnt/notes.txt
