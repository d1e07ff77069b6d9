# verify: cell does not exist
