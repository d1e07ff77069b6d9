nsenter --net=switch ip addr add 10.0.0.254/24 dev br0
nsenter --net=left ip route add default via 10.0.0.254
nsenter --net=left ping -c 1 -W 3 10.0.0.254
# A bridge is an interface too: with an address it can be the gateway.
