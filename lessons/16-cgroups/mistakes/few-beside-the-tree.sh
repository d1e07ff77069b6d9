# verify: few is an ordinary directory, not a cgroup
mkdir few
echo 4 > few/pids.max
