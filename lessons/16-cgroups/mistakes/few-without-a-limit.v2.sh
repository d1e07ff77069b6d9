# verify: few has no limit for pids
mkdir all/few
sleep 1000 > /dev/null 2>&1 &
echo $! > all/few/cgroup.procs
