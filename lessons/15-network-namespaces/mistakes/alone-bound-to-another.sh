# verify: alone keeps the same network as left, not a new one
touch alone
mount --bind left alone
nsenter --net=alone ip link set lo up
