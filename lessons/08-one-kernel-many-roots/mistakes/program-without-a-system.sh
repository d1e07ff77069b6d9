# verify: the first line of small/usr/bin/greet names a program that is not there
# Nothing is there that reads the script.
mkdir -p small/etc small/usr/bin
ln -s usr/bin small/bin
printf '#!/bin/sh\necho hello from inside\n' > small/usr/bin/greet
chmod 755 small/usr/bin/greet
