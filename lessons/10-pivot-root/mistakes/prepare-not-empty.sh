# verify: next/put_old is not empty: it holds note.txt
mkdir next next-layer next-work
mount -t overlay overlay -o lowerdir=image,upperdir=next-layer,workdir=next-work$LAYERLAB_OVERLAY_OPTIONS next
mkdir next/put_old
echo here > next/put_old/note.txt
