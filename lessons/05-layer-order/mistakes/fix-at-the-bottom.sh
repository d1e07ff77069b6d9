# verify: the lower layers of fixed are image-layer1:image-layer2:image-layer3:fix, not fix:image-layer1:image-layer2:image-layer3
# The learner added the new layer at the end of the line.
mkdir fix fixed
echo 'two, corrected' > fix/two.txt
echo 'three' > fix/three.txt
mount -t overlay overlay -o lowerdir=image-layer1:image-layer2:image-layer3:fix$LAYERLAB_OVERLAY_OPTIONS fixed
