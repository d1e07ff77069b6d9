# verify: image-layer1/notes.txt was added to the image layer itself
# The learner took the top image layer for the place where new files go.
echo 'my first file' > image-layer1/notes.txt
