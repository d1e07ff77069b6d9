# verify: the upper layer of dora is ann-layer, not dora-layer
# The learner gave Dora the upper layer of a container that runs.
mkdir dora-layer dora-work dora
mount -t overlay overlay -o lowerdir=image,upperdir=ann-layer,workdir=dora-work,index=off$LAYERLAB_OVERLAY_OPTIONS dora
echo 'hello Dora' > dora/motd.txt
