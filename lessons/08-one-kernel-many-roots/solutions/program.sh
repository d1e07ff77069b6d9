layerlab rootfs small
printf '#!/bin/sh\necho hello from inside\n' > small/usr/bin/greet
chmod 755 small/usr/bin/greet
