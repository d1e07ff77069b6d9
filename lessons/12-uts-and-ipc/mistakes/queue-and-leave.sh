# verify: no process of the session is in an IPC namespace of its own
# A queue outlives its maker, but not its namespace.
unshare --ipc ipcmk --queue
