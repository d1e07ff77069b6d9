# verify: no image is called blog:1
# The learner took the whole second tree.
layerlab image rm tools:1 editor:1 alpine:3 cache:7 python:3 shop:today blog:1
layerlab image rm "$(layerlab image ls | awk '$1 == "<none>" { print $3 }')"
