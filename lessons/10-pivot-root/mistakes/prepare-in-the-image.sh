# verify: image/put_old was added to the image layer itself
mkdir next next-layer next-work image/put_old
mount -t overlay overlay -o lowerdir=image,upperdir=next-layer,workdir=next-work$LAYERLAB_OVERLAY_OPTIONS next
