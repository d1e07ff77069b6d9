# The map says: number 0 inside is you outside.
#$ unshare --map-root-user
unshare --map-root-user sh -c ': > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
