# verify: lo in alone is down
touch alone
unshare --net mount --bind /proc/self/ns/net alone
