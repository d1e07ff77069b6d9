# verify: no process is in team/ann
# It is in team itself.
mkdir -p all/team/ann
echo '50000 100000' > all/team/cpu.max
echo +pids > all/team/cgroup.subtree_control
echo 4 > all/team/ann/pids.max
sleep 1000 > /dev/null 2>&1 &
echo $! > all/team/cgroup.procs
