# verify: paper:3 has 2 layers more than paper:2, not one
layerlab image commit --base paper:2 second paper:3
layerlab image commit --base paper:3 second paper:3
