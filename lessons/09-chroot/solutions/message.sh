chroot image /bin/sh -c 'echo "I was inside" > /tmp/message.txt && unshare --root=/usr --wd=.. cp image/tmp/message.txt message.txt'
# Seen from a second, deeper root, .. is not stopped at the first one any more.
