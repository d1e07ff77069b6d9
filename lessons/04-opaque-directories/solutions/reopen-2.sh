#$ umount mnt
# What makes the directory opaque is an attribute. Without it, what lies below is merged in again.
#$ setfattr -x trusted.overlay.opaque container/music
#$ mount -t overlay overlay -o lowerdir=image,upperdir=container,workdir=work,redirect_dir=nofollow$LAYERLAB_OVERLAY_OPTIONS mnt
umount mnt
if [ -n "$LAYERLAB_OVERLAY_OPTIONS" ]; then setfattr -x user.overlay.opaque container/music; else setfattr -x trusted.overlay.opaque container/music; fi
mount -t overlay overlay -o lowerdir=image,upperdir=container,workdir=work,redirect_dir=nofollow$LAYERLAB_OVERLAY_OPTIONS mnt
