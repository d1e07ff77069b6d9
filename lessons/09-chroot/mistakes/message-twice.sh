# verify: message.txt has a line too many: line 2 reads "I was inside"
chroot image /bin/sh -c 'echo "I was inside" > /tmp/m && echo "I was inside" >> /tmp/m && nsenter --root=/usr --wd=/ cp tmp/m ../message.txt'
