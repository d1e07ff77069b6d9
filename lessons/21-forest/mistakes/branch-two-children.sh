# verify: report:2 was not made from report:1
# The learner made the second one from what the first one was made from.
mkdir draft final
echo draft > draft/report.txt
echo final > final/report.txt
layerlab image commit --base python:3 draft report:1
layerlab image commit --base python:3 final report:2
