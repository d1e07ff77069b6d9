# verify: no message queue is in the new IPC namespace
# Shared memory is IPC too, but no message queue.
unshare --ipc sh -c 'ipcmk --shmem 4096; touch ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
