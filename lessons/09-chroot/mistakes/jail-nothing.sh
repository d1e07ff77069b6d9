# verify: cell/bin/cat does not exist
