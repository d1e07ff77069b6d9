# verify: the host name in the new UTS namespace is worckshop, not workshop
unshare --uts --ipc sh -c 'hostname worckshop; touch ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
