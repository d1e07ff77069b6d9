mkdir anna anna-layer anna-work bert bert-layer bert-work
mount -t overlay overlay -o lowerdir=image,upperdir=anna-layer,workdir=anna-work$LAYERLAB_OVERLAY_OPTIONS anna
mount -t overlay overlay -o lowerdir=image,upperdir=bert-layer,workdir=bert-work$LAYERLAB_OVERLAY_OPTIONS bert
echo anna > anna/etc/hostname
echo bert > bert/etc/hostname
# An upper layer and a work directory for each, and one image for both.
