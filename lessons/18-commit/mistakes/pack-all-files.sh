# verify: second.tar has photo.txt, which should not be in it
# The learner packed what a container sees, and not what it has changed.
mkdir copy
cp received/photo.txt second/todo.txt copy
touch copy/.wh.map.txt
tar -C copy -c -f second.tar .
