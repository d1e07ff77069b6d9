# What the two shells of the exercise do, with a process that stays in the place of the inner one.
unshare --uts sh -c 'hostname box; touch ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
