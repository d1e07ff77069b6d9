# verify: the kernel has ended no process of small for want of memory
mkdir all/small
echo 8M > all/small/memory.max
sleep 1000 > /dev/null 2>&1 &
echo $! > all/small/cgroup.procs
kill -9 $!
