# verify: third has no interface eth0
touch third
unshare --net mount --bind /proc/self/ns/net third
nsenter --net=switch ip link add to-third type veth peer name eth0
nsenter --net=switch ip addr add 10.0.0.3/24 dev eth0
nsenter --net=switch ip link set eth0 up
nsenter --net=switch ip link set to-third master br0 up
