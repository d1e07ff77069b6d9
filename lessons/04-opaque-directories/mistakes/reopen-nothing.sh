# verify: mnt/music/drum.txt does not exist
