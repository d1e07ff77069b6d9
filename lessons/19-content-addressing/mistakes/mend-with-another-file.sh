# verify: layerlab image diff note:3 prints more than it should: "C /letter.txt"
mkdir more
cp second/back.txt image/letter.txt more
layerlab image rm note:3
layerlab image commit --base note:1 more note:3
