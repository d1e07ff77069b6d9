# lsns tells the first process of each PID namespace.
#$ unshare --pid --fork sleep 1000 &
#$ lsns -t pid -n -o PID,COMMAND | awk '/ sleep 1000$/ { print $1 }' > outside.txt
unshare --pid --fork sleep 1000 > /dev/null 2>&1 &
# Until it has become sleep its line begins with unshare; and elsewhere on this machine another one may sleep as long.
here=$(stat -L -c %i /proc/self/ns/pid)
own() { lsns -t pid -n -o PNS,PID,COMMAND | awk -v here="$here" '$1 == here && $3 == "sleep" { print $2 }'; }
until own > outside.txt && [ -s outside.txt ]; do sleep 0.02; done
