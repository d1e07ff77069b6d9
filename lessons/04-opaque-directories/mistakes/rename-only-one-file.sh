# verify: mnt/cookbook/pie.txt does not exist
mkdir mnt/cookbook
mv mnt/recipes/soup.txt mnt/cookbook/soup.txt
rm -r mnt/recipes
