# verify: greeting/usr/local/bin/greet may not be executed
# "Permission denied", said the kernel; so the learner gave the script to sh.
mkdir -p greeting/usr/local/bin
printf '#!/bin/sh\necho hello > /root/hello.txt\n' > greeting/usr/local/bin/greet
layerlab container run --keep kept greeting:image sh /usr/local/bin/greet
