# verify: mnt/map.txt comes from container, not from image
cp image/map.txt mnt/map.txt
