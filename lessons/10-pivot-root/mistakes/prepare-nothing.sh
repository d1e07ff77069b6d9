# verify: no overlay is mounted on next
