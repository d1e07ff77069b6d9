# verify: cleanup/report.txt does not exist
# The learner knew how an image archive writes a whiteout; overlayfs takes it for a file of that name.
mkdir cleanup view
touch cleanup/.wh.report.txt
mount -t overlay overlay -o lowerdir=cleanup:image$LAYERLAB_OVERLAY_OPTIONS view
