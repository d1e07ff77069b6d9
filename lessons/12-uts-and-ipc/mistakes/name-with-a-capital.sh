# verify: the host name in the new UTS namespace is Box, not box
unshare --uts sh -c 'hostname Box; touch ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
