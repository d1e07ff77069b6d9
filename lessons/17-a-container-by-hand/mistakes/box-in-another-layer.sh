# verify: the root of sh is a union of other layers
mkdir harbour
unshare --mount --uts --ipc --net --pid --fork bash -e -c '
hostname harbour
mount -t overlay overlay -o lowerdir=image,upperdir=mine,workdir=work'"$LAYERLAB_OVERLAY_OPTIONS"' box
mount -t proc proc box/proc
cd box
mkdir old
pivot_root . old
cd /
umount -n -l /old
rmdir /old
exec sh -c ": > /ready; sleep 1000; true"' > /dev/null 2>&1 &
until [ -e mine/ready ]; do sleep 0.02; done
