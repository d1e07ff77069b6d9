# verify: no image is called note:3
layerlab image rm note:3
