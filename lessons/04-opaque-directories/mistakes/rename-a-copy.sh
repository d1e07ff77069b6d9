# verify: mnt/recipes is still there
cp -r mnt/recipes mnt/cookbook
