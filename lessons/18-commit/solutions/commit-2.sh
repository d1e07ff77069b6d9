# What it is for, too: layerlab image history shows it.
layerlab image commit --base paper:2 --message 'the second container' second paper:3
