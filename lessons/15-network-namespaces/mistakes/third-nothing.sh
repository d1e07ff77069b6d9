# verify: third does not exist
