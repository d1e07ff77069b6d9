# verify: the lower layers of view are image:cleanup, not cleanup:image
mkdir cleanup view
mknod cleanup/report.txt c 0 0
mount -t overlay overlay -o lowerdir=image:cleanup$LAYERLAB_OVERLAY_OPTIONS view
