# verify: cell/sbin/busybox can be run, but should not be there
cp -a image cell
find cell/usr/bin cell/usr/sbin ! -type d ! -name cat -delete
rm -f cell/sbin; mkdir -p cell/sbin
printf '\177ELF' > cell/sbin/busybox; chmod 755 cell/sbin/busybox
echo 'only this' > cell/note.txt
