# From nothing: one program in a directory of its own, and the libraries.
#$ mkdir -p cell/bin cell/usr
#$ cp image/usr/bin/cat cell/bin/cat
#$ cp -a image/lib* cell
#$ cp -a image/usr/lib* cell/usr
#$ echo 'only this' > cell/note.txt
#$ chroot cell /bin/cat /note.txt
mkdir -p cell/bin cell/usr
cp image/usr/bin/cat cell/bin/cat
cp -a image/lib* cell
cp -a image/usr/lib* cell/usr
echo 'only this' > cell/note.txt
test "$(chroot cell /bin/cat /note.txt)" = 'only this'
