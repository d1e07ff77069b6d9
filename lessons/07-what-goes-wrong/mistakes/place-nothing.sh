# verify: no tmpfs is mounted on data
