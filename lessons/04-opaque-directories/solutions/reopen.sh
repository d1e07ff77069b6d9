umount mnt
mv container/music/flute.txt flute.txt
rmdir container/music
mkdir container/music
mv flute.txt container/music/flute.txt
mount -t overlay overlay -o lowerdir=image,upperdir=container,workdir=work,redirect_dir=nofollow$LAYERLAB_OVERLAY_OPTIONS mnt
# umount comes first, because no layer may be changed while it is mounted. A directory that is made then has no mark on
# it.
