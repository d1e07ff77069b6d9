# verify: mnt/docs is not empty: it holds new.txt
rm -r mnt/docs
mkdir mnt/docs
echo 'page one' > mnt/docs/new.txt
