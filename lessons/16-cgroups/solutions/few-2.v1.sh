# The process runs first, and is put in by its number.
#$ mkdir pids/few
#$ sleep 1000 &
#$ echo $! > pids/few/cgroup.procs
#$ echo 4 > pids/few/pids.max
mkdir pids/few
sleep 1000 > /dev/null 2>&1 &
echo $! > pids/few/cgroup.procs
echo 4 > pids/few/pids.max
