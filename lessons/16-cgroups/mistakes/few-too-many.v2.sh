# verify: few allows 40 processes, not 4
mkdir all/few
echo 40 > all/few/pids.max
sleep 1000 > /dev/null 2>&1 &
echo $! > all/few/cgroup.procs
