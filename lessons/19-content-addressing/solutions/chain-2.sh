# Make such an image, and look.
#$ layerlab image commit second turned:1
#$ layerlab image commit --base turned:1 image turned:2
#$ layerlab image inspect turned:2
#$ echo sha256:6a6200fd8156af85b2193a25a9f1c011081f06880f530d8d2e2045b4a9972e31 > answer.txt
layerlab image commit second turned:1
layerlab image commit --base turned:1 image turned:2
layerlab image inspect turned:2 | sed -n 's/.*"chainId": "\(.*\)".*/\1/p' | tail -n 1 > answer.txt
