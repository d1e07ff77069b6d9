# verify: few allows 40 processes, not 4
mkdir pids/few
echo 40 > pids/few/pids.max
sleep 1000 > /dev/null 2>&1 &
echo $! > pids/few/cgroup.procs
