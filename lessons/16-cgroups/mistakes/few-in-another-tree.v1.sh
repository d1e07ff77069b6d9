# verify: few is a cgroup for memory, not for pids
mkdir memory/few
sleep 1000 > /dev/null 2>&1 &
echo $! > memory/few/cgroup.procs
