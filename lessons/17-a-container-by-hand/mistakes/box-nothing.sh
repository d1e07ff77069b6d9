# verify: no process of the session is in mount, UTS, IPC, network and PID namespaces of its own
