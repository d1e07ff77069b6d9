# verify: container/poem.txt does not exist
