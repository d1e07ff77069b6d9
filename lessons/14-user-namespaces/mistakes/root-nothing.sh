# verify: no process of the session is in a user namespace of its own
