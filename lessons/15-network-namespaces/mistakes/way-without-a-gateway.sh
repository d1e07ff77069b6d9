# verify: the default route of left names no gateway
nsenter --net=switch ip addr add 10.0.0.254/24 dev br0
nsenter --net=left ip route add default dev eth0
