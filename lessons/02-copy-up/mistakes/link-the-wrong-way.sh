# verify: mnt/left.txt ends after line 1: "written on the left" is missing
# The learner kept the file of the image and gave up the one that was written.
rm mnt/left.txt
ln mnt/right.txt mnt/left.txt
