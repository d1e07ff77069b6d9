# verify: image/root/alone.txt was added to the layer itself
# The learner took chroot, and no union.
mkdir mine
chroot image /bin/sh -c 'echo "nothing above me" > /root/alone.txt'
