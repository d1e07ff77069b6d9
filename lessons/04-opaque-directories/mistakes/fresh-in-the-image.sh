# verify: image/docs/one.txt is gone from the image layer itself
rm image/docs/one.txt image/docs/two.txt
