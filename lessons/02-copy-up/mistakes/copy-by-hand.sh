# verify: container/poem.txt was made new, not copied up
# The learner did the kernel's work, behind its back.
cp image/poem.txt container/poem.txt
