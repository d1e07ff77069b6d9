# verify: the overlay on second-mnt has no upper layer
# The learner left out the part that can be written to.
mkdir second-layer second-work second-mnt
mount -t overlay overlay -o lowerdir=image-layer3:image-layer4$LAYERLAB_OVERLAY_OPTIONS second-mnt
