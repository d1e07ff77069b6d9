# verify: small/usr/bin/greet does not begin with #!
# The learner forgot to say who reads the program.
layerlab rootfs small
echo 'echo hello from inside' > small/usr/bin/greet
chmod 755 small/usr/bin/greet
