# verify: the mount on disk is shared in the new mount namespace, not slave
mount --make-shared disk
unshare --mount --propagation unchanged sh -c ': > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
