# verify: team has no limit for cpu
mkdir -p cpu/team/ann pids/team/ann
echo 50000 > cpu/team/ann/cpu.cfs_quota_us
echo 4 > pids/team/ann/pids.max
sleep 1000 > /dev/null 2>&1 &
for tree in cpu pids; do echo $! > $tree/team/ann/cgroup.procs; done
