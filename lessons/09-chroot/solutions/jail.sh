# The whole image, and then all programs but cat are deleted.
#$ cp -a image cell
#$ find cell/usr/bin cell/usr/sbin ! -type d ! -name cat -delete
#$ echo 'only this' > cell/note.txt
#$ chroot cell /bin/cat /note.txt
cp -a image cell
find cell/usr/bin cell/usr/sbin ! -type d ! -name cat -delete
echo 'only this' > cell/note.txt
test "$(chroot cell /bin/cat /note.txt)" = 'only this'
