# verify: ann-layer/licence.txt is there, but should not be
# The learner wrote it twice: it lies on the disk twice.
echo 'free as in freedom' > ann/licence.txt
echo 'free as in freedom' > ben/licence.txt
