# verify: layerlab container run hand:3 cat /reply.txt prints "dear editor", not "dear writer"
layerlab container run --keep answer hand:1 sh -c 'echo dear editor > /reply.txt'
mknod answer/upper/letter.txt c 0 0
layerlab image commit answer hand:3
