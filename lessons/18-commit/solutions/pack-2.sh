# The mark lies elsewhere, and the file is taken from the layer itself: tar enters one directory after the other.
mkdir marks
touch marks/.wh.map.txt
tar --mtime=@0 -c -f second.tar -C marks .wh.map.txt -C ../second todo.txt
