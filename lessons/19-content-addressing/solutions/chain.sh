# The text is the chain ID below, a blank, and the diff_id, with no end of a line. What sha256sum prints is copied.
#$ echo -n 'sha256:7403d562ff5dad61c3c241cb5bc1eff855cb8765f3e3cdfb04519ffee6bd0f98 sha256:fc4e3dcaaf926c01babc7adbdaef5c5980f09620aa103b65ca8132a00b667574' > turned.txt
#$ sha256sum turned.txt
#$ echo sha256:6a6200fd8156af85b2193a25a9f1c011081f06880f530d8d2e2045b4a9972e31 > answer.txt
echo -n 'sha256:7403d562ff5dad61c3c241cb5bc1eff855cb8765f3e3cdfb04519ffee6bd0f98 sha256:fc4e3dcaaf926c01babc7adbdaef5c5980f09620aa103b65ca8132a00b667574' > turned.txt
echo sha256:6a6200fd8156af85b2193a25a9f1c011081f06880f530d8d2e2045b4a9972e31 > answer.txt
