# verify: tower/501 is not among the layers of tower/mnt
cd tower
LIBMOUNT_FORCE_MOUNT2=always mount -t overlay overlay -o lowerdir=$(seq -s : 500)$LAYERLAB_OVERLAY_OPTIONS mnt
