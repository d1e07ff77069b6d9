# verify: no process is in few
# It went in and ended.
mkdir all/few
echo 4 > all/few/pids.max
sh -c 'echo 0 > all/few/cgroup.procs; exec sleep 0.01'
