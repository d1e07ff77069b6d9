# verify: ben/licence.txt does not exist
mkdir licence
echo 'free as in freedom' > licence/licence.txt
umount ann
mount -t overlay overlay -o lowerdir=licence:image,upperdir=ann-layer,workdir=ann-work$LAYERLAB_OVERLAY_OPTIONS ann
