rm mnt/report.txt
# The file is deleted through the merged view, and the kernel makes the whiteout.
