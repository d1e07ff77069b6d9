# verify: no process is in user, mount, UTS, IPC and PID namespaces of its own at once
# Messages between processes were forgotten.
unshare --map-root-user --uts --pid --fork --mount-proc sh -c 'hostname box; : > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
