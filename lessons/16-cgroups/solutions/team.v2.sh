# A cgroup hands a controller down before those below it can have limits of that kind.
#$ mkdir all/team
#$ echo '50000 100000' > all/team/cpu.max
#$ echo +pids > all/team/cgroup.subtree_control
#$ mkdir all/team/ann
#$ echo 4 > all/team/ann/pids.max
#$ sh -c 'echo 0 > all/team/ann/cgroup.procs; exec sleep 1000' &
mkdir all/team
echo '50000 100000' > all/team/cpu.max
echo +pids > all/team/cgroup.subtree_control
mkdir all/team/ann
echo 4 > all/team/ann/pids.max
sh -c 'echo 0 > all/team/ann/cgroup.procs; : > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
