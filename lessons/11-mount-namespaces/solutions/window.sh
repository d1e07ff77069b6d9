# A slave hears of what is mounted outside, and tells nothing back.
#$ mount --make-shared disk
#$ unshare --mount --propagation slave
mount --make-shared disk
unshare --mount --propagation slave sh -c ': > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
