# verify: PID 1 of the new PID namespace is sleep 555, not sleep 1000
unshare --pid --fork sh -c ': > ready; exec sleep 555' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
