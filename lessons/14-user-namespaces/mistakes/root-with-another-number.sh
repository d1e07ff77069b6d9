# verify: the user has the number 1000 in the new user namespace, not 0
unshare --map-user=1000 sh -c ': > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
