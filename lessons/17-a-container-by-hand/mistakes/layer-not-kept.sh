# verify: kept does not exist
mkdir -p greeting/usr/local/bin
printf '#!/bin/sh\necho hello > /root/hello.txt\n' > greeting/usr/local/bin/greet
chmod 755 greeting/usr/local/bin/greet
layerlab container run greeting:image greet
