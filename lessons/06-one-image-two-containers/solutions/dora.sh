mkdir dora-layer dora-work dora
mount -t overlay overlay -o lowerdir=image,upperdir=dora-layer,workdir=dora-work$LAYERLAB_OVERLAY_OPTIONS dora
echo 'hello Dora' > dora/motd.txt
# What is written is never shared: each container has an upper layer and a work directory.
