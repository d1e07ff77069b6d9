echo -n '' >> mnt/poem.txt
