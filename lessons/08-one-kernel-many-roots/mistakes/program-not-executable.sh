# verify: small/usr/bin/greet has mode 644, not 755
layerlab rootfs small
printf '#!/bin/sh\necho hello from inside\n' > small/usr/bin/greet
