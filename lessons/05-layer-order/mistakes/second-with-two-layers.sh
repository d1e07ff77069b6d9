# verify: image-layer1 is not among the layers of view
mkdir view extra
echo one > extra/one.txt
mount -t overlay overlay -o lowerdir=extra:image-layer2$LAYERLAB_OVERLAY_OPTIONS view
