# rm takes names, in any order. The last image has none, so its ID is needed, which image ls shows.
#$ layerlab image rm tools:1 editor:1 alpine:3 cache:7 python:3 shop:today
#$ layerlab image ls
#$ layerlab image rm THE-ID-OF-THE-LAST-ONE
layerlab image rm tools:1 editor:1 alpine:3 cache:7 python:3 shop:today
layerlab image rm "$(layerlab image ls | awk '$1 == "<none>" { print $3 }')"
