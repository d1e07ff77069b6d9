touch alone
unshare --net mount --bind /proc/self/ns/net alone
nsenter --net=alone ip link set lo up
# The file keeps the network, though nobody is in it.
