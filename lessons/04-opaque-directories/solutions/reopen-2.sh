umount mnt
if [ -n "$LAYERLAB_OVERLAY_OPTIONS" ]; then setfattr -x user.overlay.opaque container/music; else setfattr -x trusted.overlay.opaque container/music; fi
mount -t overlay overlay -o lowerdir=image,upperdir=container,workdir=work,redirect_dir=nofollow$LAYERLAB_OVERLAY_OPTIONS mnt
