# verify: message.txt reads "I·was·inside·", not "I·was·inside"
chroot image /bin/sh -c 'echo "I was inside " > /tmp/m && nsenter --root=/usr --wd=/ cp tmp/m ../message.txt'
