# The queue is made by a command that is in the namespace.
#$ unshare --ipc
#$ ipcmk --queue
unshare --ipc sh -c 'ipcmk --queue; touch ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
