# verify: image/usr/bin/greet was added to the layer itself
printf '#!/bin/sh\necho hello from inside\n' > image/usr/bin/greet
chmod 755 image/usr/bin/greet
layerlab rootfs small
cp -p image/usr/bin/greet small/usr/bin/greet
