# verify: no process of the session is in a PID namespace of its own
