# verify: image/usr/bin/ls is gone from the layer itself
# The learner deleted in the image before it was copied.
rm image/usr/bin/ls
cp -a image cell
find cell/usr/bin cell/usr/sbin ! -type d ! -name cat -delete
echo 'only this' > cell/note.txt
