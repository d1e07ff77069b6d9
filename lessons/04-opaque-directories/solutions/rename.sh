mv mnt/recipes mnt/cookbook
# The kernel refuses to rename what lies in a lower layer. mv then copies, and deletes the old one.
