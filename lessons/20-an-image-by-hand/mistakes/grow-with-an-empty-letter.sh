# verify: layerlab image diff hand:3 prints "C /letter.txt", not "D /letter.txt"
layerlab container run --keep answer hand:1 sh -c ': > /letter.txt; echo dear writer > /reply.txt'
layerlab image commit answer hand:3
