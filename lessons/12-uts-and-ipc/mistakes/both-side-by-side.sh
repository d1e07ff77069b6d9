# verify: no process is in UTS and IPC namespaces of its own at once
# Two processes, one in each.
unshare --ipc sleep 1000 > /dev/null 2>&1 &
unshare --uts sh -c 'hostname workshop; touch ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
