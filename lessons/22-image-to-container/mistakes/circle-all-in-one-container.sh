# verify: log:2 has the layers of log:1, and none more
# The learner went round once, and gave the image two names.
layerlab container run --keep monday hello:2 sh -c 'echo day 1 > /root/log.txt; echo day 2 >> /root/log.txt'
layerlab image commit monday log:1 -c 'CMD ["cat", "/root/log.txt"]'
layerlab image tag log:1 log:2
