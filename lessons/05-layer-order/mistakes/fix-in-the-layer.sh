# verify: image-layer2/two.txt was changed in the image layer itself
mkdir fix fixed
umount mnt
echo 'two, corrected' > image-layer2/two.txt
echo 'three' > fix/three.txt
mount -t overlay overlay -o lowerdir=fix:image-layer1:image-layer2:image-layer3$LAYERLAB_OVERLAY_OPTIONS fixed
