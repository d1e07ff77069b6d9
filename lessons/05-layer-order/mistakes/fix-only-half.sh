# verify: fixed/three.txt does not exist
mkdir fix fixed
echo 'two, corrected' > fix/two.txt
mount -t overlay overlay -o lowerdir=fix:image-layer1:image-layer2:image-layer3$LAYERLAB_OVERLAY_OPTIONS fixed
