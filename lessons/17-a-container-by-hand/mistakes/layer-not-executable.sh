# verify: greeting/usr/local/bin/greet has mode 644, not 755
# "Permission denied", said the kernel; so the learner gave the script to sh.
mkdir -p greeting/usr/local/bin
printf '#!/bin/sh\necho hello > /root/hello.txt\n' > greeting/usr/local/bin/greet
layerlab container run --keep kept greeting:image sh /usr/local/bin/greet
