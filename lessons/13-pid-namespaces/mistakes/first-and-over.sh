# verify: no process of the session is in a PID namespace of its own
# It slept for too short a time.
unshare --pid --fork sleep 0.01
