# verify: container/poem.txt and image/poem.txt differ
echo 'violets are blue' >> mnt/poem.txt
