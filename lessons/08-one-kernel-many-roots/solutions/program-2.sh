# A copy of the image, and a mode that allows the group a little more.
cp -a image small
printf '#!/bin/sh\necho hello from inside\n' > small/usr/bin/greet
chmod 775 small/usr/bin/greet
