# To commit is to write the same archive once more.
layerlab image rm note:3
layerlab image commit --base note:1 second note:3
