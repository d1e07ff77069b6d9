# verify: no image is called report:1
