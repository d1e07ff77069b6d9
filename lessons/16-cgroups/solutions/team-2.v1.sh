# The same directories in both trees, and a shorter period: half is half.
#$ mkdir -p cpu/team/ann pids/team/ann
#$ echo 20000 > cpu/team/cpu.cfs_period_us
#$ echo 10000 > cpu/team/cpu.cfs_quota_us
#$ echo 4 > pids/team/ann/pids.max
#$ sleep 1000 &
#$ echo $! > cpu/team/ann/cgroup.procs
#$ echo $! > pids/team/ann/cgroup.procs
mkdir -p cpu/team/ann pids/team/ann
echo 20000 > cpu/team/cpu.cfs_period_us
echo 10000 > cpu/team/cpu.cfs_quota_us
echo 4 > pids/team/ann/pids.max
sleep 1000 > /dev/null 2>&1 &
for tree in cpu pids; do echo $! > $tree/team/ann/cgroup.procs; done
