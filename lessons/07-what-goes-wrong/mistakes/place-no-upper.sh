# verify: the lower layers of fixed are data/upper:image, not image
# The learner left out the options that made trouble, and made the upper layer one more lower layer.
mkdir data fixed
mount -t tmpfs tmpfs data
mkdir data/upper
mount -t overlay overlay -o lowerdir=data/upper:image$LAYERLAB_OVERLAY_OPTIONS fixed
