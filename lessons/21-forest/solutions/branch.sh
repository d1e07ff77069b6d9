mkdir draft final
echo draft > draft/report.txt
echo final > final/report.txt
layerlab image commit --base python:3 draft report:1
layerlab image commit --base report:1 final report:2
# The second one has the first one for its parent, so it has all its layers and one more.
