# verify: secret.txt reads "I was inside", not "I am outside"
chroot image /bin/sh -c 'echo "I was inside" > /tmp/m && nsenter --root=/usr --wd=/ cp tmp/m ../secret.txt && nsenter --root=/usr --wd=/ cp tmp/m ../message.txt'
