# verify: cell/bin/sh is there, but should not be
layerlab rootfs cell > /dev/null
rm cell/usr/bin/ls
echo 'only this' > cell/note.txt
