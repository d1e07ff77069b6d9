# verify: message.txt has a line too many: line 2 reads "I was inside"
chroot image /bin/sh -c 'echo "I was inside" > /tmp/m && echo "I was inside" >> /tmp/m && unshare --root=/usr --wd=.. cp image/tmp/m message.txt'
