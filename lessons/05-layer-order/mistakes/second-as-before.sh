# verify: view/name.txt reads "I am image layer1", not "I am image layer2"
mkdir view
mount -t overlay overlay -o lowerdir=image-layer1:image-layer2:image-layer3$LAYERLAB_OVERLAY_OPTIONS view
