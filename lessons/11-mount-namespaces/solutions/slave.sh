mount --make-shared disk
mount --bind disk door
mount --make-slave door
