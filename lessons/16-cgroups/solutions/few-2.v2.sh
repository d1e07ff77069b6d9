# The process runs first, and is put in by its number.
#$ mkdir all/few
#$ sleep 1000 &
#$ echo $! > all/few/cgroup.procs
#$ echo 4 > all/few/pids.max
mkdir all/few
sleep 1000 > /dev/null 2>&1 &
echo $! > all/few/cgroup.procs
echo 4 > all/few/pids.max
