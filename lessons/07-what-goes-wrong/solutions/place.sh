mkdir data fixed
mount -t tmpfs tmpfs data
mkdir data/upper data/work
mount -t overlay overlay -o lowerdir=image,upperdir=data/upper,workdir=data/work$LAYERLAB_OVERLAY_OPTIONS fixed
# The work directory lies on the file system of the upper layer, and beside it.
