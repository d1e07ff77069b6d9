# verify: the image note:3 is not what it says
