# verify: the new PID namespace is empty
unshare --pid --mount-proc sh -c ': > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
