# verify: no overlay is mounted on mnt
umount mnt
rm container/map.txt
