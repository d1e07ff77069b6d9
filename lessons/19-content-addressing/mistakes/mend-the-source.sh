# verify: second/back.txt was changed in the layer itself
# The learner made the source agree with the harmed layer.
echo 'South is down' > second/back.txt
layerlab image rm note:3
layerlab image commit --base note:1 second note:3
