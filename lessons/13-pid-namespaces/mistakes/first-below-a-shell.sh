# verify: PID 1 of the new PID namespace is sh, not sleep 1000
# The shell that was to start sleep is PID 1 itself.
unshare --pid --fork sh -c ': > ready; sleep 1000; echo done' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
