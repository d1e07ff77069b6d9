# verify: mnt and second-mnt both write into container
mkdir second-container
mount -t overlay overlay -o lowerdir=image,upperdir=container,workdir=work,index=off$LAYERLAB_OVERLAY_OPTIONS mnt
mount -t overlay overlay -o lowerdir=image,upperdir=container,workdir=second-work,index=off$LAYERLAB_OVERLAY_OPTIONS second-mnt
