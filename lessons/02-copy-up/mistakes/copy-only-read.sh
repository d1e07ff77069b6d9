# verify: container/poem.txt does not exist
# The learner thought that reading a file brings it into the container.
cat mnt/poem.txt > /dev/null
