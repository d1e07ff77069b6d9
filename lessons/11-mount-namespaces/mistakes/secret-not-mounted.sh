# verify: nothing is mounted on secret in the new mount namespace
unshare --mount sh -c 'echo note > secret/note.txt; : > ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
