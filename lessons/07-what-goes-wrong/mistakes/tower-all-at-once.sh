# verify: no overlay is mounted on tower/mnt
cd tower
LIBMOUNT_FORCE_MOUNT2=always mount -t overlay overlay -o lowerdir=$(seq -s : 501)$LAYERLAB_OVERLAY_OPTIONS mnt 2> /dev/null || true
