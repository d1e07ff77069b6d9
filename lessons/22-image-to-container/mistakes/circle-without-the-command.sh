# verify: layerlab container run log:2 prints "welcome aboard", not "day 1"
layerlab container run --keep monday hello:2 sh -c 'echo day 1 > /root/log.txt'
layerlab image commit monday log:1
layerlab container run --keep tuesday log:1 sh -c 'echo day 2 >> /root/log.txt'
layerlab image commit tuesday log:2
