mkdir fix fixed
echo 'two, corrected' > fix/two.txt
echo 'three' > fix/three.txt
mount -t overlay overlay -o lowerdir=fix:image-layer1:image-layer2:image-layer3$LAYERLAB_OVERLAY_OPTIONS fixed
# A layer on top corrects all that lie below it, and none of them is touched.
