cp -a mnt/recipes mnt/cookbook
rm -r mnt/recipes
# This is what mv does when the kernel refuses to rename.
