# verify: hand:1 in shelf is not what it says
# The configuration was written over, and its file kept the old digest as its name.
sed 's/"cat", ".letter.txt"/"sh", "-c", "echo good day"/' config.json > config2.json
cp config2.json shelf/blobs/sha256/$(sha256sum config.json | cut -c 1-64)
cp manifest.json manifest2.json
echo ', {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "sha256:DIGEST", "size": SIZE,' > entry
echo '  "annotations": {"org.opencontainers.image.ref.name": "hand:2"}}' >> entry
sh fill.sh entry manifest2.json
sed -i '/annotations/r entry' shelf/index.json
