# verify: log:2 was not made from log:1
# The learner began the second container with hello:2 again.
layerlab container run --keep monday hello:2 sh -c 'echo day 1 > /root/log.txt'
layerlab image commit monday log:1
layerlab container run --keep tuesday hello:2 sh -c 'echo day 1 > /root/log.txt; echo day 2 >> /root/log.txt'
layerlab image commit tuesday log:2 -c 'CMD ["cat", "/root/log.txt"]'
