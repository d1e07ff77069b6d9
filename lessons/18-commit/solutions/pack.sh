mkdir copy
cp second/todo.txt copy
touch copy/.wh.map.txt
tar --sort=name --mtime=@0 -C copy -c -f second.tar .
# The mark is an empty file: its name says all. -C enters the directory, so the names in the archive begin there.
