# verify: ben-layer is there, but should not be
umount ben
rmdir ben
