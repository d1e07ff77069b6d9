mkdir licence
echo 'free as in freedom' > licence/licence.txt
umount ann ben
mount -t overlay overlay -o lowerdir=licence:image,upperdir=ann-layer,workdir=ann-work$LAYERLAB_OVERLAY_OPTIONS ann
mount -t overlay overlay -o lowerdir=licence:image-update:image,upperdir=ben-layer,workdir=ben-work$LAYERLAB_OVERLAY_OPTIONS ben
# A layer of its own can stand in both piles, and lies on the disk once. To name it, both must be mounted anew.
