echo -n '' >> mnt/poem.txt
# To open a file for writing is enough: it is copied before the kernel knows whether anything will be written.
