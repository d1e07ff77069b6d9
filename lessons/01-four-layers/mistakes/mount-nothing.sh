# verify: no overlay is mounted on second-mnt
