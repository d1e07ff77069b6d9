# verify: line 1 of mnt/image-layer4.txt reads "edited in the container", not "I am image layer4"
# The learner took > for >>.
echo 'edited in the container' > mnt/image-layer4.txt
