# verify: an overlay is still mounted on ben
# The learner deleted in the merged view: whiteouts, and nothing freed.
rm ben/program.txt ben/server.conf
