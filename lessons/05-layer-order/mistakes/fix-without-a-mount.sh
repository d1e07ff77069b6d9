# verify: no overlay is mounted on fixed
mkdir fix fixed
echo 'two, corrected' > fix/two.txt
echo 'three' > fix/three.txt
