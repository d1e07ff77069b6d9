# verify: line 2 of mnt/image-layer4.txt reads "edited·in·the·container·", not "edited·in·the·container"
echo 'edited in the container ' >> mnt/image-layer4.txt
