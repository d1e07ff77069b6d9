# tail keeps what it reads until the end, and /dev/zero has none: it is killed at the limit.
#$ mkdir memory/small
#$ echo 8M > memory/small/memory.limit_in_bytes
#$ echo 0 > memory/small/memory.swappiness
#$ sh -c 'echo 0 > memory/small/cgroup.procs; exec tail /dev/zero'
mkdir memory/small
echo 8M > memory/small/memory.limit_in_bytes
echo 0 > memory/small/memory.swappiness
sh -c 'echo 0 > memory/small/cgroup.procs; exec tail /dev/zero' || true
