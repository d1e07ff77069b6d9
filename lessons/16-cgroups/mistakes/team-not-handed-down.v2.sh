# verify: pids is not handed down to team/ann
mkdir -p all/team/ann
echo '50000 100000' > all/team/cpu.max
sleep 1000 > /dev/null 2>&1 &
echo $! > all/team/ann/cgroup.procs
