# verify: the lower layers of mnt are image:container, not image
# The learner mounted both as lower layers: the map is there, and nobody can write any more.
umount mnt
mount -t overlay overlay -o lowerdir=image:container$LAYERLAB_OVERLAY_OPTIONS mnt
