# verify: alone keeps the machine's own network, not a new one
touch alone
mount --bind /proc/self/ns/net alone
