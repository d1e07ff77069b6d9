# verify: a message queue is in the IPC namespace of the session itself
# The learner hoped that unshare would take the queue along.
ipcmk --queue
unshare --ipc sh -c 'touch ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
