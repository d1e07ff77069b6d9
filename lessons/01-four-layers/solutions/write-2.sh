cd mnt
touch notes.txt
echo 'my first file' >> notes.txt
# A program in the container sees mnt alone; the kernel decides where the file comes to lie.
