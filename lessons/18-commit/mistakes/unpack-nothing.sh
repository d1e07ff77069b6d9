# verify: no overlay is mounted on mnt
