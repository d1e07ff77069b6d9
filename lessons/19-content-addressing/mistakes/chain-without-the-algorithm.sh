# verify: answer.txt reads "sha256:e295844d31b40373bbe82f35ebc5f038fd1ecd33194bb31034c75c34e5e7f8f1", not "sha256:6a6200fd8156af85b2193a25a9f1c011081f06880f530d8d2e2045b4a9972e31"
# The text was made of the digits alone.
echo -n '7403d562ff5dad61c3c241cb5bc1eff855cb8765f3e3cdfb04519ffee6bd0f98 fc4e3dcaaf926c01babc7adbdaef5c5980f09620aa103b65ca8132a00b667574' > turned.txt
echo "sha256:$(sha256sum < turned.txt | cut -c 1-64)" > answer.txt
