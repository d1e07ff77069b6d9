# verify: mnt/recipes is there, but should not be
