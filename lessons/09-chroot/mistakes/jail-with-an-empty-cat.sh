# verify: cell/bin/cat does not begin with #!
mkdir -p cell/bin
: > cell/bin/cat
chmod 755 cell/bin/cat
echo 'only this' > cell/note.txt
