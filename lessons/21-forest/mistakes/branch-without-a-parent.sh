# verify: report:1 was not made from python:3
mkdir draft final
echo draft > draft/report.txt
echo final > final/report.txt
layerlab image commit draft report:1
layerlab image commit --base report:1 final report:2
