# verify: second.tar does not exist
