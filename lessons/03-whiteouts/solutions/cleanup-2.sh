# Let the kernel make the whiteout: delete the file in a container, and take its upper layer as a layer.
mkdir cleanup cleanup-work view
mount -t overlay overlay -o lowerdir=image,upperdir=cleanup,workdir=cleanup-work$LAYERLAB_OVERLAY_OPTIONS view
rm view/report.txt
umount view
mount -t overlay overlay -o lowerdir=cleanup:image$LAYERLAB_OVERLAY_OPTIONS view
