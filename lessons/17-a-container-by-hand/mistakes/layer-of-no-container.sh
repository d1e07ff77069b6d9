# verify: kept was not kept by a container
mkdir -p greeting/usr/local/bin kept/upper/root
printf '#!/bin/sh\necho hello > /root/hello.txt\n' > greeting/usr/local/bin/greet
chmod 755 greeting/usr/local/bin/greet
echo hello > kept/upper/root/hello.txt
