# verify: no process of the session is in a mount namespace of its own
