# verify: mnt/notes.txt reads "My first file!", not "my first file"
echo 'My first file!' > mnt/notes.txt
