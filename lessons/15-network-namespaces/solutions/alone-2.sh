# From within: the namespace is mounted on the file by the shell that is in it.
touch alone
unshare --net sh -c "ip link set lo up; mount --bind /proc/self/ns/net alone"
