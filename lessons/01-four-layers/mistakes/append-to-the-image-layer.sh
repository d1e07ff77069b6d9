# verify: image-layer4/image-layer4.txt was changed in the image layer itself
# The learner edited the file where it lives, and so for every container of this image.
echo 'edited in the container' >> image-layer4/image-layer4.txt
