# verify: an overlay is still mounted on box
# The learner forgot unshare, and wrote through the merged view.
mkdir mine mine-work
mount -t overlay overlay -o lowerdir=image,upperdir=mine,workdir=mine-work$LAYERLAB_OVERLAY_OPTIONS box
echo 'nothing above me' > box/root/alone.txt
