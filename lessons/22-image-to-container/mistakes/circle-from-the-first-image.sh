# verify: log:1 was not made from hello:2
layerlab container run --keep monday hello:1 sh -c 'echo day 1 > /root/log.txt'
layerlab image commit monday log:1
layerlab container run --keep tuesday log:1 sh -c 'echo day 2 >> /root/log.txt'
layerlab image commit tuesday log:2 -c 'CMD ["cat", "/root/log.txt"]'
