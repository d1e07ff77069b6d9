# Mounted first, and taken away outside afterwards. The copy is kept by a process that sleeps in it.
#$ mount -t tmpfs tmpfs secret
#$ unshare --mount sleep 1000 &
#$ umount secret
mount -t tmpfs tmpfs secret
unshare --mount sh -c ': > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
umount secret
