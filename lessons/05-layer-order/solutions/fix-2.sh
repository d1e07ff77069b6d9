# Let a container make the layer: its upper layer is the next image layer.
mkdir fix fix-work fixed
mount -t overlay overlay -o lowerdir=image-layer1:image-layer2:image-layer3,upperdir=fix,workdir=fix-work$LAYERLAB_OVERLAY_OPTIONS fixed
echo 'two, corrected' > fixed/two.txt
cp image-layer3/three.txt fixed/three.txt
umount fixed
mount -t overlay overlay -o lowerdir=fix:image-layer1:image-layer2:image-layer3$LAYERLAB_OVERLAY_OPTIONS fixed
