# verify: no overlay is mounted on fixed
