# verify: small/usr/bin/greet may not be executed
layerlab rootfs small
printf '#!/bin/sh\necho hello from inside\n' > small/usr/bin/greet
