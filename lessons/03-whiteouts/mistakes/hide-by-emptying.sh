# verify: container/report.txt is a regular file, not a whiteout
: > mnt/report.txt
