# verify: next/put_old does not exist
# The learner made the directory in the mount point, and then covered it.
mkdir next next-layer next-work next/put_old
mount -t overlay overlay -o lowerdir=image,upperdir=next-layer,workdir=next-work$LAYERLAB_OVERLAY_OPTIONS next
