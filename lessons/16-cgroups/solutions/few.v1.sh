# The limit first; then a process that writes 0 puts itself in, and becomes sleep.
#$ mkdir pids/few
#$ echo 4 > pids/few/pids.max
#$ sh -c 'echo 0 > pids/few/cgroup.procs; exec sleep 1000' &
mkdir pids/few
echo 4 > pids/few/pids.max
sh -c 'echo 0 > pids/few/cgroup.procs; : > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
