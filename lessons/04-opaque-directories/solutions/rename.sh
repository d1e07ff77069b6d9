mv mnt/recipes mnt/cookbook
