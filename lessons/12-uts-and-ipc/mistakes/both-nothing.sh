# verify: no process of the session is in UTS and IPC namespaces of its own
