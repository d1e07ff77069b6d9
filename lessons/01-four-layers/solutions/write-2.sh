cd mnt
touch notes.txt
echo 'my first file' >> notes.txt
