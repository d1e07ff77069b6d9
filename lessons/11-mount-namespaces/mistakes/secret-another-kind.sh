# verify: no tmpfs is mounted on secret in the new mount namespace
unshare --mount sh -c 'mount -t ramfs ramfs secret; : > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
