# verify: br0 in switch is down
# Everything is plugged in, and the switch itself is switched off.
touch third
unshare --net mount --bind /proc/self/ns/net third
nsenter --net=switch ip link add to-third type veth peer name eth0
nsenter --net=switch ip link set eth0 netns ./third
nsenter --net=switch ip link set to-third master br0 up
nsenter --net=third ip addr add 10.0.0.3/24 dev eth0
nsenter --net=third ip link set eth0 up
nsenter --net=switch ip link set br0 down
