# Recursively, which for mounts with nothing below is the same.
mount --make-rshared disk
mount --rbind disk door
mount --make-rslave door
