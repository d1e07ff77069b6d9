mkdir again
tar -x -f layer.tar -C again
rm again/.wh.letter.txt
mknod again/letter.txt c 0 0
mount -t overlay overlay -o lowerdir=again:image$LAYERLAB_OVERLAY_OPTIONS mnt
# The archive has an empty file for what is deleted, the kernel wants a device 0,0 by the deleted name itself.
