# unshare stays outside; with --fork the shell is its child, and the first process in there.
#$ unshare --pid --fork
#$ exec sleep 1000
unshare --pid --fork sh -c ': > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
