# verify: the upper layer of mnt is other-layer, not container-layer
# A second container on the same place: what is written goes into its layer.
umount mnt
mkdir other-layer other-work
mount -t overlay overlay -o lowerdir=image-layer1:image-layer2:image-layer3:image-layer4,upperdir=other-layer,workdir=other-work$LAYERLAB_OVERLAY_OPTIONS mnt
echo 'my first file' > mnt/notes.txt
cp mnt/notes.txt container-layer
