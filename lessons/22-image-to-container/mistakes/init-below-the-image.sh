# verify: the lower layers of desk are system:desk-init, not desk-init:system
mkdir desk desk-layer desk-work desk-init desk-init/etc desk-init/dev desk-init/proc desk-init/sys
echo desk > desk-init/etc/hostname
mount -t overlay overlay -o lowerdir=system:desk-init,upperdir=desk-layer,workdir=desk-work$LAYERLAB_OVERLAY_OPTIONS desk
