# verify: small allows 0 bytes of memory, not 8M
mkdir memory/small
echo 8 > memory/small/memory.limit_in_bytes
