# verify: answer.txt does not exist
