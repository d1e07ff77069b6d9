# The namespaces first; all that follows is typed in the new shell, which stays open.
#$ mkdir harbour harbour-work
#$ unshare --mount --uts --ipc --net --pid --fork
#$ hostname harbour
#$ mount -t overlay overlay -o lowerdir=image,upperdir=harbour,workdir=harbour-work$LAYERLAB_OVERLAY_OPTIONS box
#$ mount -t proc proc box/proc
#$ cd box
#$ mkdir old
#$ pivot_root . old
#$ cd /
#$ umount -n -l /old
#$ rmdir /old
#$ exec sh
mkdir harbour harbour-work
unshare --mount --uts --ipc --net --pid --fork bash -e -c '
hostname harbour
mount -t overlay overlay -o lowerdir=image,upperdir=harbour,workdir=harbour-work'"$LAYERLAB_OVERLAY_OPTIONS"' box
mount -t proc proc box/proc
cd box
mkdir old
pivot_root . old
cd /
umount -n -l /old
rmdir /old
exec sh -c ": > /ready; sleep 1000; true"' > /dev/null 2>&1 &
until [ -e harbour/ready ]; do sleep 0.02; done
