# verify: view/name.txt comes from extra, not from image-layer2
mkdir view extra
cp image-layer2/name.txt extra/name.txt
mount -t overlay overlay -o lowerdir=extra:image-layer1:image-layer2:image-layer3$LAYERLAB_OVERLAY_OPTIONS view
