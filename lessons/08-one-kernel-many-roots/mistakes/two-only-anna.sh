# verify: no overlay is mounted on bert
mkdir anna anna-layer anna-work
mount -t overlay overlay -o lowerdir=image,upperdir=anna-layer,workdir=anna-work$LAYERLAB_OVERLAY_OPTIONS anna
echo anna > anna/etc/hostname
