# verify: container/poem.txt has mode 600, not 644
chmod 600 mnt/poem.txt
