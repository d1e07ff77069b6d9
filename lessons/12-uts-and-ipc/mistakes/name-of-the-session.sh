# verify: the host name of the session itself was changed
# The learner set the name first, and unshared then.
hostname box
unshare --uts sh -c 'touch ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
