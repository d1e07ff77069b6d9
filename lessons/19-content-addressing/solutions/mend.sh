tar --format=ustar --mtime=@0 --owner=0 --group=0 --numeric-owner -b 1 -C second --no-recursion -c -f again.tar ./ back.txt
cp again.tar store/blobs/sha256/7403d562ff5dad61c3c241cb5bc1eff855cb8765f3e3cdfb04519ffee6bd0f98
# The same files and the same options make the same bytes. sha256sum again.tar says under which name they belong.
