# One namespace of each kind, by one command.
#$ unshare --uts --ipc
#$ hostname workshop
unshare --uts --ipc sh -c 'hostname workshop; touch ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
