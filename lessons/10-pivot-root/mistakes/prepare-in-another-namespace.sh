# verify: an overlay is mounted on next, but in the namespace of sleep
mkdir next next-layer next-work
unshare --mount sh -c 'mount -t overlay overlay -o lowerdir=image,upperdir=next-layer,workdir=next-work$LAYERLAB_OVERLAY_OPTIONS next; mkdir next/put_old; : > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
