# verify: mnt/right.txt ends after line 1: "written on the left" is missing
