# verify: the work directory of dora is work, not dora-work
mkdir dora dora-layer work
mount -t overlay overlay -o lowerdir=image,upperdir=dora-layer,workdir=work$LAYERLAB_OVERLAY_OPTIONS dora
echo 'hello Dora' > dora/motd.txt
