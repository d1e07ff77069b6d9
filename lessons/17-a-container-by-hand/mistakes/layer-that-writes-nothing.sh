# verify: layerlab container run greeting:image sh -c "greet > /dev/null; cat /root/hello.txt" ends with the exit status 1
mkdir -p greeting/usr/local/bin
printf '#!/bin/sh\necho hello\n' > greeting/usr/local/bin/greet
chmod 755 greeting/usr/local/bin/greet
layerlab container run --keep kept greeting:image sh -c 'greet > /root/hello.txt'
