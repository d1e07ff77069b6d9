# verify: note:3 has the layers of note:1, and none more
layerlab image tag note:1 note:3
