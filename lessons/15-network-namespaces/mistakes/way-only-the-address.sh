# verify: left has no default route
nsenter --net=switch ip addr add 10.0.0.254/24 dev br0
