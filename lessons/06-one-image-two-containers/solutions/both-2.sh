# Nobody else has a licence.txt, so the layer may as well lie at the bottom.
mkdir licence
echo 'free as in freedom' > licence/licence.txt
umount ann ben
mount -t overlay overlay -o lowerdir=image:licence,upperdir=ann-layer,workdir=ann-work$LAYERLAB_OVERLAY_OPTIONS ann
mount -t overlay overlay -o lowerdir=image-update:image:licence,upperdir=ben-layer,workdir=ben-work$LAYERLAB_OVERLAY_OPTIONS ben
