# verify: the work directory of second-mnt is third-work, not second-work
mkdir second-layer third-work second-mnt
mount -t overlay overlay -o lowerdir=image-layer3:image-layer4,upperdir=second-layer,workdir=third-work$LAYERLAB_OVERLAY_OPTIONS second-mnt
