# verify: the address 10.0.0.254/24 is on to-left, not on br0
nsenter --net=switch ip addr add 10.0.0.254/24 dev to-left
nsenter --net=left ip route add default via 10.0.0.254
