# verify: nothing is mounted on door
