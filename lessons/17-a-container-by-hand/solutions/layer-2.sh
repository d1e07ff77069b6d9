# Another mode that lets it be executed, and the path of the script.
mkdir -p greeting/usr/local/bin
printf '#!/bin/sh\nprintf "hello\\n" > /root/hello.txt\n' > greeting/usr/local/bin/greet
chmod 775 greeting/usr/local/bin/greet
layerlab container run --keep kept --hostname greeter greeting:image /usr/local/bin/greet
