# verify: image/recipes is gone from the image layer itself
umount mnt
mv image/recipes image/cookbook
mount -t overlay overlay -o lowerdir=image,upperdir=container,workdir=work,redirect_dir=nofollow$LAYERLAB_OVERLAY_OPTIONS mnt
