# A directory with the two entries is a layer, too, and the base is named.
mkdir layer
echo dear writer > layer/reply.txt
mknod layer/letter.txt c 0 0
layerlab image commit --base hand:1 layer hand:3
