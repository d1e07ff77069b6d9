# verify: no overlay is mounted on dora
