# verify: image/licence.txt was added to the image layer itself
umount ann ben
echo 'free as in freedom' > image/licence.txt
mount -t overlay overlay -o lowerdir=image,upperdir=ann-layer,workdir=ann-work$LAYERLAB_OVERLAY_OPTIONS ann
mount -t overlay overlay -o lowerdir=image-update:image,upperdir=ben-layer,workdir=ben-work$LAYERLAB_OVERLAY_OPTIONS ben
