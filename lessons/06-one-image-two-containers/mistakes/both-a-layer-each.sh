# verify: ann/licence.txt and ben/licence.txt are two files on the disk
mkdir licence-ann licence-ben
echo 'free as in freedom' | tee licence-ann/licence.txt > licence-ben/licence.txt
umount ann ben
mount -t overlay overlay -o lowerdir=licence-ann:image,upperdir=ann-layer,workdir=ann-work$LAYERLAB_OVERLAY_OPTIONS ann
mount -t overlay overlay -o lowerdir=licence-ben:image-update:image,upperdir=ben-layer,workdir=ben-work$LAYERLAB_OVERLAY_OPTIONS ben
