# verify: cleanup/report.txt is a regular file, not a whiteout
mkdir cleanup view
touch cleanup/report.txt
mount -t overlay overlay -o lowerdir=cleanup:image$LAYERLAB_OVERLAY_OPTIONS view
