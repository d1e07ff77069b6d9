# verify: image/letter.txt is gone from the image layer itself
mkdir again
tar -x -f layer.tar -C again
rm again/.wh.letter.txt image/letter.txt
mount -t overlay overlay -o lowerdir=again:image$LAYERLAB_OVERLAY_OPTIONS mnt
