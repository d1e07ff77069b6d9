# Nothing changed at first, and then the one mount by hand.
#$ mount --make-shared disk
#$ unshare --mount --propagation unchanged
#$ mount --make-slave disk
mount --make-shared disk
unshare --mount --propagation unchanged sh -c 'mount --make-slave disk; : > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
