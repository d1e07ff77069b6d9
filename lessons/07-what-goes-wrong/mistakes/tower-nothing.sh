# verify: no overlay is mounted on tower/mnt
