# verify: no process of the session is in a user namespace of its own
# The learner is root already, and took another namespace for a user namespace.
unshare --uts sh -c ': > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
