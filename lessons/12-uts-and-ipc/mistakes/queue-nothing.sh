# verify: no process of the session is in an IPC namespace of its own
