# verify: mnt/docs does not exist
rm -r mnt/docs
