# verify: the new PID namespace has no /proc of its own
unshare --map-root-user --mount --uts --ipc --pid --fork sh -c 'hostname box; : > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
