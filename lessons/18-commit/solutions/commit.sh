layerlab image commit --base paper:2 second paper:3
# The base is the image that the container was begun on.
