# verify: greeting/usr/local/bin/greet does not exist
