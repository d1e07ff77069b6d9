# verify: mnt/report.txt is there, but should not be
# The learner deleted the file, then tidied the strange device away; the file came back.
rm mnt/report.txt
umount mnt
rm container/report.txt
mount -t overlay overlay -o lowerdir=image,upperdir=container,workdir=work$LAYERLAB_OVERLAY_OPTIONS mnt
