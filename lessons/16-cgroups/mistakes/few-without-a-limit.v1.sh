# verify: few has no limit for pids
mkdir pids/few
sleep 1000 > /dev/null 2>&1 &
echo $! > pids/few/cgroup.procs
