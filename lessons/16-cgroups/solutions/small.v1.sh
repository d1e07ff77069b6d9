mkdir memory/small
echo 8M > memory/small/memory.limit_in_bytes
echo 0 > memory/small/memory.swappiness
sh -c 'echo 0 > memory/small/cgroup.procs; exec tail /dev/zero' || true
