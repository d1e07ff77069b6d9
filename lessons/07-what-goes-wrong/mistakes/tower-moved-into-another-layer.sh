# verify: tower/500/bottom.txt was added to the image layer itself
# The learner made two layers into one.
cd tower
mv 501/bottom.txt 500/bottom.txt
LIBMOUNT_FORCE_MOUNT2=always mount -t overlay overlay -o lowerdir=$(seq -s : 500)$LAYERLAB_OVERLAY_OPTIONS mnt
