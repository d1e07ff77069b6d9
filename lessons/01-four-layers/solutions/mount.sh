mkdir second-layer second-work second-mnt
mount -t overlay overlay -o lowerdir=image-layer3:image-layer4,upperdir=second-layer,workdir=second-work$LAYERLAB_OVERLAY_OPTIONS second-mnt
