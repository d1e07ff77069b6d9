# verify: no image is called log:1
