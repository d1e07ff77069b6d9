# verify: chroot cell /bin/cat /note.txt cannot be started
mkdir -p cell/bin
cp image/usr/bin/cat cell/bin/cat
echo 'only this' > cell/note.txt
