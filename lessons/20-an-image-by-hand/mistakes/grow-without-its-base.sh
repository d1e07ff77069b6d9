# verify: hand:3 was not made from hand:1
layerlab container run --keep answer hand:1 sh -c 'echo dear writer > /reply.txt'
mknod answer/upper/letter.txt c 0 0
layerlab image commit answer/upper hand:3
