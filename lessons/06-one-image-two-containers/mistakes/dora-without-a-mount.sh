# verify: no overlay is mounted on dora
mkdir dora-layer dora-work dora
echo 'hello Dora' > dora/motd.txt
