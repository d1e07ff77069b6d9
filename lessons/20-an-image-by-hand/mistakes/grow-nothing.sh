# verify: no image is called hand:3
