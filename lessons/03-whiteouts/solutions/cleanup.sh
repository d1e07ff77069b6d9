mkdir cleanup view
mknod cleanup/report.txt c 0 0
mount -t overlay overlay -o lowerdir=cleanup:image$LAYERLAB_OVERLAY_OPTIONS view
# In a lower layer, too, a whiteout hides what lies below it. The leftmost is the topmost: cleanup above image.
