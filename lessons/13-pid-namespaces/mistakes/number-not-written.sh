# verify: outside.txt holds no number
unshare --pid --fork sh -c ': > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
echo sleep > outside.txt
