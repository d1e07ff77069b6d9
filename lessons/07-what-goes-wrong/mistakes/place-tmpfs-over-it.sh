# verify: data/upper, a layer of fixed, is covered by what was mounted on data afterwards
mkdir -p data/upper data/work fixed
mount -t overlay overlay -o lowerdir=image,upperdir=data/upper,workdir=data/work$LAYERLAB_OVERLAY_OPTIONS fixed
mount -t tmpfs tmpfs data
