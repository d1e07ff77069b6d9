# verify: mnt/notes.txt does not exist
# The learner wrote into the working directory, not into the merged view.
echo 'my first file' > notes.txt
