# verify: no process is in few
# It went in and ended.
mkdir pids/few
echo 4 > pids/few/pids.max
sh -c 'echo 0 > pids/few/cgroup.procs; exec sleep 0.01'
