# verify: small allows 0 bytes of memory, not 8M
mkdir all/small
echo 8 > all/small/memory.max
