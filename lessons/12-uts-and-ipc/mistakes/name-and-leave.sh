# verify: no process of the session is in a UTS namespace of its own
# The learner left the shell, and with its only process the namespace was gone.
unshare --uts hostname box
