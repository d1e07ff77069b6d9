# verify: alone is a directory, and keeps no namespace
mkdir alone
unshare --net mount --bind /proc/self/ns/net alone 2> /dev/null || true
