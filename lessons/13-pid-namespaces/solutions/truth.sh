# --mount-proc mounts a /proc that belongs to the new PID namespace, in a mount namespace of its own.
#$ unshare --pid --fork --mount-proc
unshare --pid --fork --mount-proc sh -c ': > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
