# verify: layerlab container run hand:2 prints "dear reader", not "good day"
# Another name for the same manifest.
cp manifest.json manifest2.json
echo ', {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "sha256:DIGEST", "size": SIZE,' > entry
echo '  "annotations": {"org.opencontainers.image.ref.name": "hand:2"}}' >> entry
sh fill.sh entry manifest2.json
sed -i '/annotations/r entry' shelf/index.json
layerlab image load -i shelf
