# The pair is made in the box, and its other end moved to the switch.
touch third
unshare --net mount --bind /proc/self/ns/net third
nsenter --net=third ip link add eth0 type veth peer name to-third
nsenter --net=third ip link set to-third netns ./switch
nsenter --net=third ip link set eth0 up
nsenter --net=third ip addr add 10.0.0.3/24 dev eth0
nsenter --net=switch ip link set to-third up
nsenter --net=switch ip link set to-third master br0
