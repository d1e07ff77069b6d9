layerlab rootfs small
printf '#!/bin/sh\necho hello from inside\n' > small/usr/bin/greet
chmod 755 small/usr/bin/greet
# The first line names the program of this root that reads the file. Without an x the kernel does not start it.
