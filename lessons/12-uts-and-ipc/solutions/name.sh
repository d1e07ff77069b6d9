# The name is set by the shell that is in the namespace.
#$ unshare --uts
#$ hostname box
unshare --uts sh -c 'hostname box; touch ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
