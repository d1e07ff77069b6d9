# verify: the new UTS namespace still has the host name of the session
unshare --uts sh -c 'touch ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
