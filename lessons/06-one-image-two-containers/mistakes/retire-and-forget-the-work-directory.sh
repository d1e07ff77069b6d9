# verify: ben-work is there, but should not be
umount ben
rm -r ben ben-layer
