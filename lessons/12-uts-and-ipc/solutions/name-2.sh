# In a user namespace of its own, too, as one does it without root.
#$ unshare --map-root-user --uts
#$ hostname box
unshare --map-root-user --uts sh -c 'hostname box; touch ready; exec sleep 1000' > /dev/null 2>&1 &
until [ -e ready ]; do sleep 0.02; done
