printf 'I am image layer4\nedited in the container\n' > mnt/image-layer4.txt
# Both lines are written anew; the container layer then holds a new file, and no copy.
