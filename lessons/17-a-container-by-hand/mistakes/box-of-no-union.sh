# verify: the root of sh is no union
mkdir harbour
unshare --mount --uts --ipc --net --pid --fork bash -e -c '
hostname harbour
mount --bind harbour box; cp -a image/. box
mount -t proc proc box/proc
cd box
mkdir old
pivot_root . old
cd /
umount -n -l /old
rmdir /old
exec sh -c ": > /ready; sleep 1000; true"' > /dev/null 2>&1 &
until [ -e harbour/ready ]; do sleep 0.02; done
