# verify: second.tar has no .wh.map.txt
# The names in it begin with copy/.
mkdir copy
cp second/todo.txt copy
touch copy/.wh.map.txt
tar -c -f second.tar copy
