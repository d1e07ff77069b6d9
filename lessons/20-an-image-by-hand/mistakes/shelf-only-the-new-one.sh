# verify: shelf has no image hand:1
sed 's/"cat", ".letter.txt"/"sh", "-c", "echo good day"/' config.json > config2.json
sh keep.sh config2.json
echo '{"schemaVersion": 2, "config": {"mediaType": "application/vnd.oci.image.config.v1+json",' > manifest2.json
echo '  "digest": "sha256:DIGEST", "size": SIZE},' >> manifest2.json
sh fill.sh manifest2.json config2.json
echo ' "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar",' >> manifest2.json
echo '  "digest": "sha256:DIGEST", "size": SIZE}]}' >> manifest2.json
sh fill.sh manifest2.json layer.tar
sh keep.sh manifest2.json
sed -i 's/hand:1/hand:2/' shelf/index.json
sed -i "s/[0-9a-f]\{64\}/DIGEST/; s/size\": [0-9]*/size\": SIZE/" shelf/index.json
sh fill.sh shelf/index.json manifest2.json
layerlab image load -i shelf
