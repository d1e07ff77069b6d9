# verify: the lower layers of dora are image-update:image, not image
mkdir dora-layer dora-work dora
mount -t overlay overlay -o lowerdir=image-update:image,upperdir=dora-layer,workdir=dora-work$LAYERLAB_OVERLAY_OPTIONS dora
echo 'hello Dora' > dora/motd.txt
