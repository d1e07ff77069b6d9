mkdir desk desk-layer desk-work desk-init desk-init/etc desk-init/dev desk-init/proc desk-init/sys
echo desk > desk-init/etc/hostname
mount -t overlay overlay -o lowerdir=desk-init:system,upperdir=desk-layer,workdir=desk-work$LAYERLAB_OVERLAY_OPTIONS desk
# The leftmost lower layer is on top: the init layer hides the name that the image has.
