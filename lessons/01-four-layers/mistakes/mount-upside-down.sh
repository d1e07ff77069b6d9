# verify: the lower layers of second-mnt are image-layer4:image-layer3, not image-layer3:image-layer4
# The learner built the pile from left to right, bottom first.
mkdir second-layer second-work second-mnt
mount -t overlay overlay -o lowerdir=image-layer4:image-layer3,upperdir=second-layer,workdir=second-work$LAYERLAB_OVERLAY_OPTIONS second-mnt
