# verify: sh is PID 1, but not /bin/sh of its own root
# The shell of the machine, from before the exchange, goes on: all is as asked for, but for its program.
mkdir harbour harbour-work
unshare --mount --uts --ipc --net --pid --fork sh -e -c '
hostname harbour
mount -t overlay overlay -o lowerdir=image,upperdir=harbour,workdir=harbour-work'"$LAYERLAB_OVERLAY_OPTIONS"' box
mount -t proc proc box/proc
cd box
mkdir old
pivot_root . old
cd /
umount -n -l /old
rmdir /old
: > /ready
sleep 1000; true' > /dev/null 2>&1 &
until [ -e harbour/ready ]; do sleep 0.02; done
