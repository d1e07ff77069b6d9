# verify: todo.txt in second.tar reads "buy stamps", not "call home"
mkdir copy
cp received/todo.txt copy
touch copy/.wh.map.txt
tar -C copy -c -f second.tar .
