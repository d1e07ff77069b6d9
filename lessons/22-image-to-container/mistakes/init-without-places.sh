# verify: desk-init/dev does not exist
mkdir desk desk-layer desk-work desk-init desk-init/etc
echo desk > desk-init/etc/hostname
mount -t overlay overlay -o lowerdir=desk-init:system,upperdir=desk-layer,workdir=desk-work$LAYERLAB_OVERLAY_OPTIONS desk
