# verify: alone does not exist
