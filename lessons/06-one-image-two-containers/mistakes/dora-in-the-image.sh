# verify: image/motd.txt was changed in the image layer itself
mkdir dora-layer dora-work dora
mount -t overlay overlay -o lowerdir=image,upperdir=dora-layer,workdir=dora-work$LAYERLAB_OVERLAY_OPTIONS dora
echo 'hello Dora' > image/motd.txt
