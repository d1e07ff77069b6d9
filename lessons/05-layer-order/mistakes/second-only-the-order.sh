# verify: view/one.txt does not exist
# The learner put layer 2 on top and did not see that its whiteout now hides one.txt.
mkdir view
mount -t overlay overlay -o lowerdir=image-layer2:image-layer1:image-layer3$LAYERLAB_OVERLAY_OPTIONS view
