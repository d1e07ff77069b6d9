# verify: tower/2 is not among the layers of tower/mnt
# The learner left out layers from which nothing seemed to come.
cd tower
mount -t overlay overlay -o lowerdir=1:501$LAYERLAB_OVERLAY_OPTIONS mnt
