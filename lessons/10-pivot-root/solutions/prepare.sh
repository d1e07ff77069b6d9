mkdir next next-layer next-work
mount -t overlay overlay -o lowerdir=image,upperdir=next-layer,workdir=next-work$LAYERLAB_OVERLAY_OPTIONS next
mkdir next/put_old
# The new root must be a mount, and the place for the old one must lie in it.
