# lsns tells the first process of each PID namespace.
#$ unshare --pid --fork sleep 12345 &
#$ lsns -t pid -n -o PID,COMMAND | awk '/ sleep 12345$/ { print $1 }' > outside.txt
unshare --pid --fork sleep 12345 > /dev/null 2>&1 &
until lsns -t pid -n -o PID,COMMAND | grep -q 'sleep 12345$'; do sleep 0.02; done
lsns -t pid -n -o PID,COMMAND | awk '/ sleep 12345$/ { print $1 }' > outside.txt
