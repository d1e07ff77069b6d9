# The layers the other way round: they have no file of the same name. And the path of the script.
mkdir -p greeting/usr/local/bin
printf '#!/bin/sh\nprintf "hello\\n" > /root/hello.txt\n' > greeting/usr/local/bin/greet
chmod 755 greeting/usr/local/bin/greet
layerlab container run --keep kept --hostname greeter image:greeting /usr/local/bin/greet
