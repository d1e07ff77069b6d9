# verify: container/list.txt is gone from the container layer itself
# The learner kept the greeting, and threw away what else had been copied up.
umount mnt
rm -r container/book.txt container/list.txt container/log.txt container/left.txt container/docs
mount -t overlay overlay -o lowerdir=image,upperdir=container,workdir=work,index=off$LAYERLAB_OVERLAY_OPTIONS mnt
