# verify: the lower layers of bert are anna, not image
# The learner built Bert's system on Anna's.
mkdir anna anna-layer anna-work bert bert-layer bert-work
mount -t overlay overlay -o lowerdir=image,upperdir=anna-layer,workdir=anna-work$LAYERLAB_OVERLAY_OPTIONS anna
echo anna > anna/etc/hostname
mount -t overlay overlay -o lowerdir=anna,upperdir=bert-layer,workdir=bert-work$LAYERLAB_OVERLAY_OPTIONS bert
echo bert > bert/etc/hostname
