umount ben
rm -r ben ben-layer ben-work
