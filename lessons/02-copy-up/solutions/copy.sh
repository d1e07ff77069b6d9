touch mnt/poem.txt
