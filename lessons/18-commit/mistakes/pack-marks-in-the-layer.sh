# verify: second/map.txt is gone from the layer itself
rm second/map.txt
touch second/.wh.map.txt
tar -C second -c -f second.tar .
