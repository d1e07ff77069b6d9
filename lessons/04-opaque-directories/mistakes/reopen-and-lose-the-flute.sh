# verify: mnt/music/flute.txt does not exist
umount mnt
rm -r container/music
mount -t overlay overlay -o lowerdir=image,upperdir=container,workdir=work,redirect_dir=nofollow$LAYERLAB_OVERLAY_OPTIONS mnt
