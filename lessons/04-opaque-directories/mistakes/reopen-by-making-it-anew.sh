# verify: mnt/music/drum.txt does not exist
# The learner deleted and made the directory in the merged view: it is opaque again.
rm -r mnt/music
mkdir mnt/music
echo 'toot' > mnt/music/flute.txt
