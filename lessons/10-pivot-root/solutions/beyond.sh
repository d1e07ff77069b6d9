# In the new shell pivot_root exchanges the root of that shell alone. It stays open, and so the union stays mounted in it.
#$ mkdir mine mine-work
#$ unshare --mount
#$ mount -t overlay overlay -o lowerdir=image,upperdir=mine,workdir=mine-work$LAYERLAB_OVERLAY_OPTIONS box
# umount reads /proc, so that it must be there afterwards.
#$ mount --rbind /proc box/proc
#$ cd box
#$ mkdir old
#$ pivot_root . old
#$ cd /
#$ umount -n -l /old
#$ rmdir /old
#$ echo 'nothing above me' > /root/alone.txt
mkdir mine mine-work
unshare --mount bash -e -c '
mount -t overlay overlay -o lowerdir=image,upperdir=mine,workdir=mine-work'"$LAYERLAB_OVERLAY_OPTIONS"' box
mount --rbind /proc box/proc
cd box
mkdir old
pivot_root . old
cd /
umount -n -l /old
rmdir /old
echo "nothing above me" > /root/alone.txt
exec sh -c ": > /ready; sleep 1000; true"' > /dev/null 2>&1 &
until [ -e mine/ready ]; do sleep 0.02; done
