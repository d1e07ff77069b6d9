# verify: kept/upper/root/hello.txt reads "hallo", not "hello"
mkdir -p greeting/usr/local/bin
printf '#!/bin/sh\necho hallo > /root/hello.txt\n' > greeting/usr/local/bin/greet
chmod 755 greeting/usr/local/bin/greet
layerlab container run --keep kept greeting:image greet
