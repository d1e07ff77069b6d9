# verify: second.tar has no todo.txt
mkdir copy
touch copy/.wh.map.txt
tar -C copy -c -f second.tar .
