# verify: mnt/image-layer4.txt has an empty line too many at its end, line 3
printf 'edited in the container\n\n' >> mnt/image-layer4.txt
