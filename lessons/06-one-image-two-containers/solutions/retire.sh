umount ben
rm -r ben ben-layer ben-work
# umount comes first: otherwise rm would delete through the merged view, and leave whiteouts.
