# verify: greeting does not exist
