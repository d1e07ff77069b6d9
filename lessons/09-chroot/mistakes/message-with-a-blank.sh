# verify: message.txt reads "I·was·inside·", not "I·was·inside"
chroot image /bin/sh -c 'echo "I was inside " > /tmp/m && unshare --root=/usr --wd=.. cp image/tmp/m message.txt'
