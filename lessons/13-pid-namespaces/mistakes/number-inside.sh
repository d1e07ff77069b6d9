# verify: outside.txt holds 1, by which /proc does not know sleep 1000 here
unshare --pid --fork sh -c 'echo $$ > outside.txt; : > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
