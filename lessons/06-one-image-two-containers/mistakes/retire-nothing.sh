# verify: an overlay is still mounted on ben
