# verify: image/left.txt was changed in the image layer itself
# The learner wrote the line into the image, where both names are still one file.
umount mnt
echo 'written on the left' >> image/left.txt
rm container/left.txt
mount -t overlay overlay -o lowerdir=image,upperdir=container,workdir=work,index=off$LAYERLAB_OVERLAY_OPTIONS mnt
