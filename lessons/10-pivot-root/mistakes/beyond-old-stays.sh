# verify: mine/old is there, but should not be
mkdir mine mine-work
unshare --mount bash -e -c '
mount -t overlay overlay -o lowerdir=image,upperdir=mine,workdir=mine-work'"$LAYERLAB_OVERLAY_OPTIONS"' box
mount --rbind /proc box/proc
cd box
mkdir old
pivot_root . old
cd /
umount -n -l /old
echo "nothing above me" > /root/alone.txt
exec sh -c ": > /ready; sleep 1000; true"' > /dev/null 2>&1 &
until [ -e mine/ready ]; do sleep 0.02; done
