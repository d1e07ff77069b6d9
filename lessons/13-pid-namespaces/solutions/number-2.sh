# lsns tells the first process of each PID namespace.
#$ unshare --pid --fork sleep 1000 &
#$ lsns -t pid -n -o PID,COMMAND | awk '/ sleep 1000$/ { print $1 }' > outside.txt
unshare --pid --fork sleep 1000 > /dev/null 2>&1 &
until lsns -t pid -n -o PID,COMMAND | grep -q 'sleep 1000$'; do sleep 0.02; done
lsns -t pid -n -o PID,COMMAND | awk '/ sleep 1000$/ { print $1 }' > outside.txt
