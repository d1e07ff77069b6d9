# verify: container/greeting.txt is gone from the container layer itself
# The learner threw the whole container away.
umount mnt
rm -r container work
mkdir container work
mount -t overlay overlay -o lowerdir=image,upperdir=container,workdir=work,index=off$LAYERLAB_OVERLAY_OPTIONS mnt
