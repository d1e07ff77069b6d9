# verify: the mount on disk is private in the new mount namespace, not slave
# What unshare does of its own accord.
mount --make-shared disk
unshare --mount sh -c ': > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
