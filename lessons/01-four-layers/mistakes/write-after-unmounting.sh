# verify: no overlay is mounted on mnt
# The learner took the directory mnt for the merged view; unmounted, it is only a directory.
umount mnt
echo 'my first file' > mnt/notes.txt
