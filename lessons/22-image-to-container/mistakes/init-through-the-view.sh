# verify: desk-layer/etc is there, but should not be
# The learner wrote the name where it is seen: so it is the container's own.
mkdir desk desk-layer desk-work desk-init desk-init/dev desk-init/proc desk-init/sys
mount -t overlay overlay -o lowerdir=desk-init:system,upperdir=desk-layer,workdir=desk-work$LAYERLAB_OVERLAY_OPTIONS desk
echo desk > desk/etc/hostname
