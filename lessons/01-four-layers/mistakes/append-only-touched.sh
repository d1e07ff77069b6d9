# verify: mnt/image-layer4.txt ends after line 1: "edited in the container" is missing
# The learner made the copy-up happen and forgot the line.
touch mnt/image-layer4.txt
