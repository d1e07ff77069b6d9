layerlab container run --keep monday hello:2 sh -c 'echo day 1 > /root/log.txt'
layerlab image commit monday log:1
layerlab container run --keep tuesday log:1 sh -c 'echo day 2 >> /root/log.txt'
layerlab image commit tuesday log:2 -c 'CMD ["cat", "/root/log.txt"]'
# What was kept knows its image, so commit needs no --base. The command is a line of the configuration.
