touch mnt/poem.txt
# Other times are a change too, and before a change the kernel copies. The content stays as it is.
