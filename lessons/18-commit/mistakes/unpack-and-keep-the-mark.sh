# verify: again/.wh.letter.txt is there, but should not be
mkdir again
tar -x -f layer.tar -C again
mknod again/letter.txt c 0 0
mount -t overlay overlay -o lowerdir=again:image$LAYERLAB_OVERLAY_OPTIONS mnt
