# By hand: first a mount namespace, then the mount in it.
#$ unshare --mount --pid --fork
#$ mount -t proc proc /proc
unshare --mount --pid --fork sh -c 'mount -t proc proc /proc; : > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
