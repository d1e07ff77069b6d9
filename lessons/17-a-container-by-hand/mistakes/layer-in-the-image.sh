# verify: image/usr/local was added to the layer itself
# verify: greeting/usr/local/bin/greet does not exist
mkdir -p image/usr/local/bin
printf '#!/bin/sh\necho hello > /root/hello.txt\n' > image/usr/local/bin/greet
chmod 755 image/usr/local/bin/greet
layerlab container run --keep kept image greet
