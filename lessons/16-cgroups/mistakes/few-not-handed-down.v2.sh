# verify: pids is not handed down to few
echo -pids > all/cgroup.subtree_control
mkdir all/few
sleep 1000 > /dev/null 2>&1 &
echo $! > all/few/cgroup.procs
