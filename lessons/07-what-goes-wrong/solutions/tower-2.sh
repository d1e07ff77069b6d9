# The same with the pile cut in the middle. The variable is for mount of util-linux 2.39 and newer, which takes no more than
# 255 characters for an option without it.
cd tower
mkdir lower-half
LIBMOUNT_FORCE_MOUNT2=always mount -t overlay overlay -o lowerdir=$(seq -s : 251 501)$LAYERLAB_OVERLAY_OPTIONS lower-half
LIBMOUNT_FORCE_MOUNT2=always mount -t overlay overlay -o lowerdir=$(seq -s : 250):lower-half$LAYERLAB_OVERLAY_OPTIONS mnt
