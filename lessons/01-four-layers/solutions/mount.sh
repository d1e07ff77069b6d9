mkdir second-layer second-work second-mnt
mount -t overlay overlay -o lowerdir=image-layer3:image-layer4,upperdir=second-layer,workdir=second-work$LAYERLAB_OVERLAY_OPTIONS second-mnt
# What a union needs must be there before it is mounted. The leftmost lower layer is the topmost.
