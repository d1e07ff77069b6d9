# verify: image/report.txt is gone from the image layer itself
# The learner deleted the file where it lives, and so for every container of this image.
rm image/report.txt
