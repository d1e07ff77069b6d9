# verify: the lower layers of second-mnt are mnt, not image
# The learner laid the second container on the first one's merged view.
mkdir second-container
mount -t overlay overlay -o lowerdir=image,upperdir=container,workdir=work$LAYERLAB_OVERLAY_OPTIONS mnt
mount -t overlay overlay -o lowerdir=mnt,upperdir=second-container,workdir=second-work$LAYERLAB_OVERLAY_OPTIONS second-mnt
