# verify: mnt/music/drum.txt comes from container, not from image
cp image/music/drum.txt image/music/bell.txt mnt/music
