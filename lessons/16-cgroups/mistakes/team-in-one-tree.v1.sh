# verify: sleep is in team for pids, but not for cpu
mkdir -p cpu/team pids/team/ann
echo 50000 > cpu/team/cpu.cfs_quota_us
echo 4 > pids/team/ann/pids.max
sleep 1000 > /dev/null 2>&1 &
echo $! > pids/team/ann/cgroup.procs
sleep 0.1
