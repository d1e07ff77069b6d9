# verify: mnt/notes.txt does not exist
