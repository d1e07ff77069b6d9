# verify: team has no limit for cpu
mkdir -p all/team/ann
echo '+pids +cpu' > all/team/cgroup.subtree_control
echo '50000 100000' > all/team/ann/cpu.max
echo 4 > all/team/ann/pids.max
sleep 1000 > /dev/null 2>&1 &
echo $! > all/team/ann/cgroup.procs
