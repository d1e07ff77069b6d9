# verify: image-layer2/one.txt is gone from the image layer itself
# The learner took the whiteout out of the layer, for every image that uses it.
mkdir view
umount mnt
rm image-layer2/one.txt
mount -t overlay overlay -o lowerdir=image-layer2:image-layer1:image-layer3$LAYERLAB_OVERLAY_OPTIONS view
