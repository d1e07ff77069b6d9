# verify: the default route of left goes by 10.0.0.2, not by 10.0.0.254
nsenter --net=switch ip addr add 10.0.0.254/24 dev br0
nsenter --net=left ip route add default via 10.0.0.2
