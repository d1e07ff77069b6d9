# Two IPC namespaces, with a queue in one of them.
#$ unshare --ipc sleep 1000 &
#$ unshare --ipc
#$ ipcmk --queue
unshare --ipc sh -c 'ipcmk --queue; touch first; exec sleep 1000' > /dev/null 2>&1 &
unshare --ipc sh -c 'touch second; exec sleep 1000' > /dev/null 2>&1 &
until [ -e first -a -e second ]; do sleep 0.02; done
