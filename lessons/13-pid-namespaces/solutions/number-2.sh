# lsns tells the first process of each PID namespace.
#$ unshare --pid --fork sleep 1000 &
#$ lsns -t pid -n -o PID,COMMAND | awk '/ sleep 1000$/ { print $1 }' > outside.txt
unshare --pid --fork sleep 1000 > /dev/null 2>&1 &
# Until it has become sleep, its line begins with unshare.
until lsns -t pid -n -o PID,COMMAND | awk '$2 == "sleep" { print $1 }' > outside.txt && [ -s outside.txt ]; do sleep 0.02; done
