# verify: image-update is gone
# The learner took the layer for Ben's own, because only Ben uses it today.
umount ben
rm -r ben ben-layer ben-work image-update
