# verify: image-update is not among the lower layers of ben
# The learner mounted both alike and left Ben's update out.
mkdir licence
echo 'free as in freedom' > licence/licence.txt
umount ann ben
mount -t overlay overlay -o lowerdir=licence:image,upperdir=ann-layer,workdir=ann-work$LAYERLAB_OVERLAY_OPTIONS ann
mount -t overlay overlay -o lowerdir=licence:image,upperdir=ben-layer,workdir=ben-work$LAYERLAB_OVERLAY_OPTIONS ben
