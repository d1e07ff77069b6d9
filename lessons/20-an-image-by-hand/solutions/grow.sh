layerlab container run --keep answer hand:1 sh -c 'echo dear writer > /reply.txt'
mknod answer/upper/letter.txt c 0 0
layerlab image commit answer hand:3
# The whiteout could as well be the work of rm in the container, if the image had an rm.
