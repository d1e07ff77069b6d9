umount mnt
rm container/book.txt
mount -t overlay overlay -o lowerdir=image,upperdir=container,workdir=work,index=off$LAYERLAB_OVERLAY_OPTIONS mnt
