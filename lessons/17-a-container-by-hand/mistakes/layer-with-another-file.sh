# verify: greeting/usr/local/bin/greet~ is there, but should not be
mkdir -p greeting/usr/local/bin
printf '#!/bin/sh\necho hello > /root/hello.txt\n' > greeting/usr/local/bin/greet
chmod 755 greeting/usr/local/bin/greet
cp greeting/usr/local/bin/greet greeting/usr/local/bin/greet~
layerlab container run --keep kept greeting:image greet
