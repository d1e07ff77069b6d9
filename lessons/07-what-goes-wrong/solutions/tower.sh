# A merged view stands in the pile for the two layers at the bottom.
cd tower
mkdir pair
mount -t overlay overlay -o lowerdir=500:501$LAYERLAB_OVERLAY_OPTIONS pair
# mount of util-linux 2.39 and newer gives the kernel each option in a call that takes 255 characters. With this variable it
# makes the old call, which takes a page.
LIBMOUNT_FORCE_MOUNT2=always mount -t overlay overlay -o lowerdir=$(seq -s : 499):pair$LAYERLAB_OVERLAY_OPTIONS mnt
