printf 'I am image layer4\nedited in the container\n' > mnt/image-layer4.txt
