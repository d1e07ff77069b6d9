# verify: no overlay is mounted on second-mnt
mkdir second-layer second-work second-mnt
