# verify: no process is in team/ann
# It is in team itself.
mkdir -p cpu/team pids/team/ann
echo 50000 > cpu/team/cpu.cfs_quota_us
echo 4 > pids/team/ann/pids.max
sleep 1000 > /dev/null 2>&1 &
for tree in cpu pids; do echo $! > $tree/team/cgroup.procs; done
