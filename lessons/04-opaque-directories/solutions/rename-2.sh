cp -a mnt/recipes mnt/cookbook
rm -r mnt/recipes
