mkdir second-container
mount -t overlay overlay -o lowerdir=image,upperdir=container,workdir=work$LAYERLAB_OVERLAY_OPTIONS mnt
mount -t overlay overlay -o lowerdir=image,upperdir=second-container,workdir=second-work$LAYERLAB_OVERLAY_OPTIONS second-mnt
# The image is only read, and may be shared. What is written may not: the upper layer and the work directory.
