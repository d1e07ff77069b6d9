rm -r mnt/docs
mkdir mnt/docs
