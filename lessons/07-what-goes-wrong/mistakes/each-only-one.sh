# verify: no overlay is mounted on second-mnt
mkdir second-container
mount -t overlay overlay -o lowerdir=image,upperdir=container,workdir=work$LAYERLAB_OVERLAY_OPTIONS mnt
