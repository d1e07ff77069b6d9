# verify: the mount on disk is private, not shared
unshare --mount --propagation slave sh -c ': > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
