# verify: no process of the session is in user, mount, UTS, IPC and PID namespaces of its own
