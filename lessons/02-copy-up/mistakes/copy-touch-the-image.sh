# verify: image/poem.txt was changed in the image layer itself
# The learner touched the original; its time is a part of the layer.
touch image/poem.txt
