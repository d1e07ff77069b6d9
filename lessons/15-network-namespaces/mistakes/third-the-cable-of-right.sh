# verify: right has no interface eth0
# The learner moved the cable of another box.
touch third
unshare --net mount --bind /proc/self/ns/net third
nsenter --net=right ip link set eth0 netns ./third
nsenter --net=switch ip link set to-right down
nsenter --net=switch ip link set to-right name to-third
nsenter --net=switch ip link set to-third up
nsenter --net=third ip addr add 10.0.0.3/24 dev eth0
nsenter --net=third ip link set eth0 up
