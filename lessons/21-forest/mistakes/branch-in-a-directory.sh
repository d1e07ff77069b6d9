# verify: layerlab image diff report:1 prints "A /draft", not "A /report.txt"
# The learner committed the directory above the layer.
mkdir -p one/draft two/draft
echo draft > one/draft/report.txt
echo final > two/draft/report.txt
layerlab image commit --base python:3 one report:1
layerlab image commit --base report:1 two report:2
