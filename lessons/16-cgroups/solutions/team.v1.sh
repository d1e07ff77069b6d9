# Each tree has its own limits, and the process is put into both.
#$ mkdir cpu/team pids/team pids/team/ann
#$ echo 50000 > cpu/team/cpu.cfs_quota_us
#$ echo 4 > pids/team/ann/pids.max
#$ sh -c 'echo 0 > cpu/team/cgroup.procs; echo 0 > pids/team/ann/cgroup.procs; exec sleep 1000' &
mkdir cpu/team pids/team pids/team/ann
echo 50000 > cpu/team/cpu.cfs_quota_us
echo 4 > pids/team/ann/pids.max
sh -c 'echo 0 > cpu/team/cgroup.procs; echo 0 > pids/team/ann/cgroup.procs; : > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
