# verify: answer.txt reads "sha256:fc4e3dcaaf926c01babc7adbdaef5c5980f09620aa103b65ca8132a00b667574", not "sha256:6a6200fd8156af85b2193a25a9f1c011081f06880f530d8d2e2045b4a9972e31"
# In every image the layer has this diff_id; its chain ID says what lies below, too.
echo sha256:fc4e3dcaaf926c01babc7adbdaef5c5980f09620aa103b65ca8132a00b667574 > answer.txt
