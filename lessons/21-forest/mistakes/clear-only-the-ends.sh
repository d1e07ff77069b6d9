# verify: tools:1, alpine:3, python:3 and an image without a name are still there
# The learner took those that are no parents, for fear of the others.
layerlab image rm editor:1 cache:7 shop:today
