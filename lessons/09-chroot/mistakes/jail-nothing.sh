# verify: cell/usr/bin/cat does not exist
