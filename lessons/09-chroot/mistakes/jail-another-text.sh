# verify: cell/note.txt reads "Only this!", not "only this"
cp -a image cell
find cell/usr/bin cell/usr/sbin ! -type d ! -name cat -delete
echo 'Only this!' > cell/note.txt
