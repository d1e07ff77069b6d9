# verify: outside.txt holds the number of unshare, not of sleep 1000
# One line above in the list of ps: the parent, which waits.
unshare --pid --fork sh -c 'cut -d " " -f 4 /proc/self/stat > parent; : > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
# `cut` was the child of PID 1, and PID 1 the child of unshare.
cut -d " " -f 4 /proc/$(cat parent)/stat > outside.txt
