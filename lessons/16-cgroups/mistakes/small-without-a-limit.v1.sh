# verify: small has no limit for memory
# The soft limit is none.
mkdir memory/small
echo 8M > memory/small/memory.soft_limit_in_bytes
