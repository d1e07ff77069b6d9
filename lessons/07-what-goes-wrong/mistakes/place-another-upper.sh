# verify: the upper layer of fixed is container, not data/upper
# The learner solved it by not using the tmpfs for the upper layer at all.
mkdir data fixed
mount -t tmpfs tmpfs data
mount -t overlay overlay -o lowerdir=image,upperdir=container,workdir=work$LAYERLAB_OVERLAY_OPTIONS fixed
