# A shorter period: half is half.
#$ mkdir -p all/team/ann
#$ echo '+pids +cpu' > all/team/cgroup.subtree_control
#$ echo '10000 20000' > all/team/cpu.max
#$ echo 4 > all/team/ann/pids.max
#$ sleep 1000 &
#$ echo $! > all/team/ann/cgroup.procs
mkdir -p all/team/ann
echo '+pids +cpu' > all/team/cgroup.subtree_control
echo '10000 20000' > all/team/cpu.max
echo 4 > all/team/ann/pids.max
sleep 1000 > /dev/null 2>&1 &
echo $! > all/team/ann/cgroup.procs
