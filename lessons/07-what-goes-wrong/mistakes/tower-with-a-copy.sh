# verify: tower/500 is not among the layers of tower/mnt
cd tower
mkdir pair
cp -a 501/. pair
cp -a 500/. pair
LIBMOUNT_FORCE_MOUNT2=always mount -t overlay overlay -o lowerdir=$(seq -s : 499):pair$LAYERLAB_OVERLAY_OPTIONS mnt
