# verify: alone keeps no network namespace
# The namespace ended with the program that was run in it.
touch alone
unshare --net ip link set lo up
