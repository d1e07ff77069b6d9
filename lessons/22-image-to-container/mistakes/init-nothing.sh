# verify: no overlay is mounted on desk
