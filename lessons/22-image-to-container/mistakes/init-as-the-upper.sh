# verify: the lower layers of desk are system, not desk-init:system
mkdir desk desk-work desk-init desk-init/etc desk-init/dev desk-init/proc desk-init/sys
echo desk > desk-init/etc/hostname
mount -t overlay overlay -o lowerdir=system,upperdir=desk-init,workdir=desk-work$LAYERLAB_OVERLAY_OPTIONS desk
