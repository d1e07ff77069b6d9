# verify: report:1 has 2 layers more than python:3, not one
mkdir draft final
echo draft > draft/report.txt
echo final > final/report.txt
layerlab image commit --base python:3 draft report:1
layerlab image commit --base report:1 final report:1
