# verify: tower/mnt/bottom.txt does not exist
cd tower
mount -t overlay overlay -o lowerdir=$(seq -s : 500)$LAYERLAB_OVERLAY_OPTIONS mnt
