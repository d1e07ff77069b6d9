# verify: the lower layers of mnt are image:container, not image
# The learner mounted both as lower layers: the book is there, and nobody can write any more.
umount mnt
rm container/book.txt
mount -t overlay overlay -o lowerdir=image:container$LAYERLAB_OVERLAY_OPTIONS mnt
