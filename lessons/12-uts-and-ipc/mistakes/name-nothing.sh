# verify: no process of the session is in a UTS namespace of its own
