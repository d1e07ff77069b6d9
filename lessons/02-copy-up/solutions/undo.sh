umount mnt
rm container/book.txt
mount -t overlay overlay -o lowerdir=image,upperdir=container,workdir=work,index=off$LAYERLAB_OVERLAY_OPTIONS mnt
# umount comes first, because no layer may be changed while it is mounted. Without the copy, the file of the image shows
# again.
