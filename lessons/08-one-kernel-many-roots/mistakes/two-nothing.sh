# verify: no overlay is mounted on anna
