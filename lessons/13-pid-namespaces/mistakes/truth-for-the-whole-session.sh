# verify: the /proc of the session itself was replaced
# The learner mounted a new /proc where all could see it.
unshare --pid --fork sh -c 'mount -t proc proc /proc; : > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
