rm mnt/report.txt
