# verify: an image without a name is still there
layerlab image rm tools:1 editor:1 alpine:3 cache:7 python:3 shop:today
