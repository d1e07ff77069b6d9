# verify: paper:3 has the layers of paper:2, and none more
layerlab image tag paper:2 paper:3
