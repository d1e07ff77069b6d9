# verify: shelf is no image layout
sed 's/"cat", ".letter.txt"/"sh", "-c", "echo good day"/' config.json > config2.json
sh keep.sh config2.json
echo '{"schemaVersion": 2, "config": {"mediaType": "application/vnd.oci.image.config.v1+json",' > manifest2.json
echo '  "digest": "sha256:DIGEST", "size": SIZE},' >> manifest2.json
sh fill.sh manifest2.json config2.json
echo ' "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar",' >> manifest2.json
echo '  "digest": "sha256:DIGEST", "size": SIZE}]}' >> manifest2.json
sh fill.sh manifest2.json layer.tar
sh keep.sh manifest2.json
echo '  {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "sha256:DIGEST", "size": SIZE,' > entry
echo '  "annotations": {"org.opencontainers.image.ref.name": "hand:2"}}' >> entry
sh fill.sh entry manifest2.json
sed -i '/annotations/r entry' shelf/index.json
