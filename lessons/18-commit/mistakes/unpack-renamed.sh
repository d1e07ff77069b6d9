# verify: again/letter.txt is a regular file, not a whiteout
# The learner took the mark away from the name.
mkdir again
tar -x -f layer.tar -C again
mv again/.wh.letter.txt again/letter.txt
mount -t overlay overlay -o lowerdir=again:image$LAYERLAB_OVERLAY_OPTIONS mnt
