# The process says it itself: it reads the /proc of the session, which has the numbers outside.
#$ unshare --pid --fork
#$ read pid rest < /proc/self/stat
#$ echo $pid > outside.txt
#$ exec sleep 1000
unshare --pid --fork sh -c 'read pid rest < /proc/self/stat; echo $pid > outside.txt; : > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
