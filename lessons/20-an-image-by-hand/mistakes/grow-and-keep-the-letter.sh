# verify: layerlab image diff hand:3 prints "A /reply.txt", not "D /letter.txt"
layerlab container run --keep answer hand:1 sh -c 'echo dear writer > /reply.txt'
layerlab image commit answer hand:3
