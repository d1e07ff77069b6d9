# verify: small/etc does not exist
