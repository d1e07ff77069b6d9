# verify: greeting/usr/local/bin/greet does not begin with #!
# A shell runs it all the same.
mkdir -p greeting/usr/local/bin
printf 'echo hello > /root/hello.txt\n' > greeting/usr/local/bin/greet
chmod 755 greeting/usr/local/bin/greet
layerlab container run --keep kept greeting:image sh -c greet
