# verify: small does not exist
