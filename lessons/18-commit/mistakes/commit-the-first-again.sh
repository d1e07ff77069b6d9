# verify: layerlab image diff paper:3 prints "C /photo.txt", not "D /map.txt"
layerlab image commit --base paper:2 container paper:3
