# The same with the pile cut in the middle.
cd tower
mkdir lower-half
mount -t overlay overlay -o lowerdir=$(seq -s : 251 501)$LAYERLAB_OVERLAY_OPTIONS lower-half
mount -t overlay overlay -o lowerdir=$(seq -s : 250):lower-half$LAYERLAB_OVERLAY_OPTIONS mnt
