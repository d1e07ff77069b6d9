# verify: the root of sh is still that of the session
mkdir harbour harbour-work
unshare --mount --uts --ipc --net --pid --fork --mount-proc bash -e -c '
hostname harbour
mount -t overlay overlay -o lowerdir=image,upperdir=harbour,workdir=harbour-work'"$LAYERLAB_OVERLAY_OPTIONS"' box
cd box
exec sh -c ": > ready; sleep 1000; true"' > /dev/null 2>&1 &
until [ -e harbour/ready ]; do sleep 0.02; done
