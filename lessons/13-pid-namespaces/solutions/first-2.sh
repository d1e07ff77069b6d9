# From within the new shell, which is PID 1, and becomes sleep. Verify in a second terminal.
#$ unshare --pid --fork --mount-proc
#$ exec sleep 1000
echo ': > ready; exec sleep 1000' | unshare --pid --fork --mount-proc sh > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
