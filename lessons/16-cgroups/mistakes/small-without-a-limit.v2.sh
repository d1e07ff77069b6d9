# verify: small has no limit for memory
# memory.high slows down, and never kills.
mkdir all/small
echo 8M > all/small/memory.high
