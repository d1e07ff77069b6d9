# What is mounted in the new shell is mounted there alone.
#$ unshare --mount
#$ mount -t tmpfs tmpfs secret
unshare --mount sh -c 'mount -t tmpfs tmpfs secret; : > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
