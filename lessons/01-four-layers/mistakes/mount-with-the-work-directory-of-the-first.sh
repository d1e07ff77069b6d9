# verify: second-mnt and mnt both write into work
mkdir second-layer second-mnt
mount -t overlay overlay -o lowerdir=image-layer3:image-layer4,upperdir=second-layer,workdir=work$LAYERLAB_OVERLAY_OPTIONS second-mnt
