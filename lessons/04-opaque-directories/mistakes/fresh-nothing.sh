# verify: mnt/docs is not empty: it holds one.txt, two.txt
