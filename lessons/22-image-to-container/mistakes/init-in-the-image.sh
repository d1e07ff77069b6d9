# verify: system/etc/hostname was changed in the image layer itself
mkdir desk desk-layer desk-work desk-init desk-init/dev desk-init/proc desk-init/sys
echo desk > system/etc/hostname
mount -t overlay overlay -o lowerdir=desk-init:system,upperdir=desk-layer,workdir=desk-work$LAYERLAB_OVERLAY_OPTIONS desk
