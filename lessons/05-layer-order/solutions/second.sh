mkdir view extra
cp image-layer1/one.txt extra/one.txt
mount -t overlay overlay -o lowerdir=extra:image-layer2:image-layer1:image-layer3$LAYERLAB_OVERLAY_OPTIONS view
# For name.txt, image-layer2 must be above image-layer1; then its whiteout hides one.txt, which a layer above it brings
# back.
