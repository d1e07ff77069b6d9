# verify: the old root is still mounted on /old in the root of sleep
# The learner forgot umount, and so rmdir would be refused.
mkdir mine mine-work
unshare --mount bash -e -c '
mount -t overlay overlay -o lowerdir=image,upperdir=mine,workdir=mine-work'"$LAYERLAB_OVERLAY_OPTIONS"' box
mount --rbind /proc box/proc
cd box
mkdir old
pivot_root . old
cd /
echo "nothing above me" > /root/alone.txt
exec sh -c ": > /ready; sleep 1000; true"' > /dev/null 2>&1 &
until [ -e mine/ready ]; do sleep 0.02; done
