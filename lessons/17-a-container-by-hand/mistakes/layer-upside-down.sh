# verify: the container of kept had the layers image:greeting, not greeting:image
mkdir -p greeting/usr/local/bin
printf '#!/bin/sh\necho hello > /root/hello.txt\n' > greeting/usr/local/bin/greet
chmod 755 greeting/usr/local/bin/greet
layerlab container run --keep kept image:greeting greet
