# verify: line 1 of small/usr/bin/greet reads "echo hello from inside", not "#!/bin/sh"
# The learner forgot to say who reads the program.
layerlab rootfs small
echo 'echo hello from inside' > small/usr/bin/greet
chmod 755 small/usr/bin/greet
