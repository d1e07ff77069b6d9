# verify: no overlay is mounted on fixed
# The work directory is on another file system than the upper layer, and the kernel refuses.
mkdir data fixed
mount -t tmpfs tmpfs data
mkdir data/upper
mount -t overlay overlay -o lowerdir=image,upperdir=data/upper,workdir=work$LAYERLAB_OVERLAY_OPTIONS fixed 2> /dev/null || true
