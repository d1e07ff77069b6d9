cd tower
mkdir pair
mount -t overlay overlay -o lowerdir=500:501$LAYERLAB_OVERLAY_OPTIONS pair
mount -t overlay overlay -o lowerdir=$(seq -s : 499):pair$LAYERLAB_OVERLAY_OPTIONS mnt
