# tail keeps what it reads until the end, and /dev/zero has none: it is killed at the limit.
#$ mkdir all/small
#$ echo 8M > all/small/memory.max
#$ echo 0 > all/small/memory.swap.max
#$ sh -c 'echo 0 > all/small/cgroup.procs; exec tail /dev/zero'
mkdir all/small
echo 8M > all/small/memory.max
echo 0 > all/small/memory.swap.max
sh -c 'echo 0 > all/small/cgroup.procs; exec tail /dev/zero' || true
