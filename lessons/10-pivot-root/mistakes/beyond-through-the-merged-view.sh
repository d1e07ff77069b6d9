# verify: the root of sleep is still that of the session
# The learner wrote through the merged view, and exchanged nothing.
mkdir mine mine-work
unshare --mount sh -c '
mount -t overlay overlay -o lowerdir=image,upperdir=mine,workdir=mine-work'"$LAYERLAB_OVERLAY_OPTIONS"' box
echo "nothing above me" > box/root/alone.txt
: > ready
exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
