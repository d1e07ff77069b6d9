chroot image /bin/sh -c 'echo "I was inside" > /tmp/message.txt && nsenter --root=/usr --wd=/ cp tmp/message.txt ../message.txt'
