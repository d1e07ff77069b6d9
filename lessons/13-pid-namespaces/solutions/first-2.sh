# From within the new shell, which is PID 1, and becomes sleep.
echo ': > ready; exec sleep 1000' | unshare --pid --fork --mount-proc sh > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
sleep 0.1
