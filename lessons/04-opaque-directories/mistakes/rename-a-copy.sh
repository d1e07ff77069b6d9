# verify: mnt/recipes is there, but should not be
cp -r mnt/recipes mnt/cookbook
