# verify: message.txt does not exist
