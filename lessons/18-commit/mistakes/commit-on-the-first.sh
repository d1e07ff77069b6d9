# verify: paper:3 was not made from paper:2
layerlab image commit --base paper:1 second paper:3
