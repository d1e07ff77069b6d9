# The old root on top of the new one, absolute paths, a cgroup namespace too.
#$ mkdir harbour harbour-work
#$ here=$PWD
#$ export here
#$ unshare --mount --uts --ipc --net --pid --cgroup --fork
#$ mount -t overlay mine -o lowerdir=$here/image,upperdir=$here/harbour,workdir=$here/harbour-work$LAYERLAB_OVERLAY_OPTIONS box
#$ mount -t proc proc box/proc
#$ cd box
#$ pivot_root . .
#$ umount -n -l .
#$ hostname harbour
#$ exec /bin/sh
mkdir harbour harbour-work
here=$PWD
unshare --mount --uts --ipc --net --pid --cgroup --fork bash -e -c '
mount -t overlay mine -o lowerdir='$here'/image,upperdir='$here'/harbour,workdir='$here'/harbour-work'"$LAYERLAB_OVERLAY_OPTIONS"' box
mount -t proc proc box/proc
cd box
pivot_root . .
umount -n -l .
hostname harbour
exec /bin/sh -c ": > /ready; sleep 1000; true"' > /dev/null 2>&1 &
until [ -e harbour/ready ]; do sleep 0.02; done
