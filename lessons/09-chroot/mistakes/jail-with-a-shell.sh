# verify: cell/usr/bin/bash can be run, but should not be there
layerlab rootfs cell > /dev/null
rm cell/usr/bin/ls
echo 'only this' > cell/note.txt
