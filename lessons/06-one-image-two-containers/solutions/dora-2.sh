# A layer may be filled before it is mounted: then nobody can see it half done.
mkdir dora-layer dora-work dora
echo 'hello Dora' > dora-layer/motd.txt
mount -t overlay overlay -o lowerdir=image,upperdir=dora-layer,workdir=dora-work$LAYERLAB_OVERLAY_OPTIONS dora
