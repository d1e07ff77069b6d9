# verify: br0 in switch has no address
