# verify: the lower layers of fixed are container, not image
mkdir data fixed
mount -t tmpfs tmpfs data
mkdir data/upper data/work
mount -t overlay overlay -o lowerdir=container,upperdir=data/upper,workdir=data/work$LAYERLAB_OVERLAY_OPTIONS fixed
