umount mnt
rm container/map.txt
mount -t overlay overlay -o lowerdir=image,upperdir=container,workdir=work$LAYERLAB_OVERLAY_OPTIONS mnt
# umount comes first, because no layer may be changed while it is mounted. In the layer itself a whiteout is a file like
# others.
