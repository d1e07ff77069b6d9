# verify: small has no program /bin/greet
# There is no link from bin to usr/bin.
mkdir -p small/usr/bin small/bin
cp -a image/lib* small; cp -a image/usr/lib* small/usr; cp image/bin/sh small/bin/sh
printf '#!/bin/sh\necho hello from inside\n' > small/usr/bin/greet
chmod 755 small/usr/bin/greet
