# verify: note:3 was not made from note:1
layerlab image rm note:3
layerlab image commit second note:3
