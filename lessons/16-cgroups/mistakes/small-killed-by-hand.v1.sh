# verify: the kernel has ended no process of small for want of memory
mkdir memory/small
echo 8M > memory/small/memory.limit_in_bytes
sleep 1000 > /dev/null 2>&1 &
echo $! > memory/small/cgroup.procs
kill -9 $!
