# verify: no overlay is mounted on view
