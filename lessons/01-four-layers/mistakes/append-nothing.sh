# verify: mnt/image-layer4.txt ends after line 1: "edited in the container" is missing
