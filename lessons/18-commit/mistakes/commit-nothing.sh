# verify: no image is called paper:3
