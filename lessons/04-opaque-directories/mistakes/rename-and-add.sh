# verify: mnt/cookbook/list.txt is there, but should not be
mv mnt/recipes mnt/cookbook
ls mnt/cookbook > list.txt
mv list.txt mnt/cookbook/list.txt
