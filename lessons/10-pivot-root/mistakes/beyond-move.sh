# verify: the root of sleep was moved over the old one, which is still below it
# The learner moved the union to / by mount --move, as an init does, and took chroot.
mkdir mine mine-work
unshare --mount bash -e -c '
mount -t overlay overlay -o lowerdir=image,upperdir=mine,workdir=mine-work'"$LAYERLAB_OVERLAY_OPTIONS"' box
cd box
mount -n --move . /
exec chroot . sh -c "echo nothing above me > /root/alone.txt; : > /ready; sleep 1000; true"' > /dev/null 2>&1 &
until [ -e mine/ready ]; do sleep 0.02; done
