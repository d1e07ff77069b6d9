# verify: second.tar has map.txt as a device, and no .wh.map.txt
tar -C second -c -f second.tar .
