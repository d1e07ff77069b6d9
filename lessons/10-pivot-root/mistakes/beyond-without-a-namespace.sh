# verify: no process of the session is in a mount namespace of its own
# The learner forgot unshare, wrote through the merged view, and took it away.
mkdir mine mine-work
mount -t overlay overlay -o lowerdir=image,upperdir=mine,workdir=mine-work$LAYERLAB_OVERLAY_OPTIONS box
echo 'nothing above me' > box/root/alone.txt
umount box
