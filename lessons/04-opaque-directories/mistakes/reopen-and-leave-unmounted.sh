# verify: no overlay is mounted on mnt
umount mnt
mv container/music/flute.txt flute.txt
rmdir container/music
mkdir container/music
mv flute.txt container/music/flute.txt
