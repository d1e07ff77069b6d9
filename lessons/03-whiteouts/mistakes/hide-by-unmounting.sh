# verify: no overlay is mounted on mnt
# Everything has vanished from mnt, the report among it.
umount mnt
