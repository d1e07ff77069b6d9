# verify: image/map.txt is gone from the image layer itself
mv image/map.txt mnt/map.txt
