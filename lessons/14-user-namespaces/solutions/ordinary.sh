# Each map has one line: the number inside, and who you are outside.
#$ unshare --map-user=1000 --map-group=1000
unshare --map-user=1000 --map-group=1000 sh -c ': > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
