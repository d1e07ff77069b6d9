# verify: the user has the number 100 in the new user namespace, not 1000
unshare --map-user=100 --map-group=1000 sh -c ': > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
