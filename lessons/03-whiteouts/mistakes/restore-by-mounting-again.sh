# verify: mnt/map.txt does not exist
# The learner hoped that a fresh mount forgets what was deleted.
umount mnt
mount -t overlay overlay -o lowerdir=image,upperdir=container,workdir=work$LAYERLAB_OVERLAY_OPTIONS mnt
