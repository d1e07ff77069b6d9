# verify: secret.txt reads "I was inside", not "I am outside"
chroot image /bin/sh -c 'echo "I was inside" > /tmp/m && unshare --root=/usr --wd=.. cp image/tmp/m secret.txt && unshare --root=/usr --wd=.. cp image/tmp/m message.txt'
