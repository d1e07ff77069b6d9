# verify: image/report.txt was replaced by a whiteout in the image layer itself
mkdir cleanup view
rm image/report.txt
mknod image/report.txt c 0 0
mknod cleanup/report.txt c 0 0
mount -t overlay overlay -o lowerdir=cleanup:image$LAYERLAB_OVERLAY_OPTIONS view
