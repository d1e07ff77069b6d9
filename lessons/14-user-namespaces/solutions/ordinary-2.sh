# Root first, and then, in a second user namespace, root no more.
#$ unshare --map-root-user
#$ unshare --map-user=1000
unshare --map-root-user unshare --map-user=1000 sh -c ': > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
