# verify: alone keeps a uts namespace, not a network
touch alone
unshare --uts mount --bind /proc/self/ns/uts alone
