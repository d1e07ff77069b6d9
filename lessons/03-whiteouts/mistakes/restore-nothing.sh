# verify: mnt/map.txt does not exist
