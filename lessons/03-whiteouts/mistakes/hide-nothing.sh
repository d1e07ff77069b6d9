# verify: mnt/report.txt is there, but should not be
