# verify: again/letter.txt does not exist
mkdir again
tar -x -f layer.tar -C again
mount -t overlay overlay -o lowerdir=again:image$LAYERLAB_OVERLAY_OPTIONS mnt
