# verify: the upper layer of second-mnt is second-work, not second-layer
mkdir second-layer second-work second-mnt
mount -t overlay overlay -o lowerdir=image-layer3:image-layer4,upperdir=second-work,workdir=second-layer$LAYERLAB_OVERLAY_OPTIONS second-mnt
