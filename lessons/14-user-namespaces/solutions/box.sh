# The user namespace gives the right to the others; the name is set inside.
#$ unshare --map-root-user --mount --uts --ipc --pid --fork --mount-proc
#$ hostname box
unshare --map-root-user --mount --uts --ipc --pid --fork --mount-proc \
    sh -c 'hostname box; : > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
