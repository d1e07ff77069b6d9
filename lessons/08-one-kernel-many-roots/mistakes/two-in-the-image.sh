# verify: image/etc/hostname was changed in the image layer itself
mkdir anna anna-layer anna-work bert bert-layer bert-work
echo anna > image/etc/hostname
mount -t overlay overlay -o lowerdir=image,upperdir=anna-layer,workdir=anna-work$LAYERLAB_OVERLAY_OPTIONS anna
mount -t overlay overlay -o lowerdir=image,upperdir=bert-layer,workdir=bert-work$LAYERLAB_OVERLAY_OPTIONS bert
echo bert > bert/etc/hostname
