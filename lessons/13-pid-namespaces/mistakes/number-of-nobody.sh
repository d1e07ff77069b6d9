# verify: outside.txt holds 4194305, the number of no process of the session
unshare --pid --fork sh -c ': > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
echo 4194305 > outside.txt
