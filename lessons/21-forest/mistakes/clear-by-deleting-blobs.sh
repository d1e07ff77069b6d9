# verify: the image mail:1 is not what it says
# The learner removed the images, then a layer that seemed to belong to none any more.
layerlab image rm tools:1 editor:1 alpine:3 cache:7 python:3 shop:today
layerlab image rm "$(layerlab image ls | awk '$1 == "<none>" { print $3 }')"
rm "$(grep -l hammer ../images/blobs/sha256/*)"
