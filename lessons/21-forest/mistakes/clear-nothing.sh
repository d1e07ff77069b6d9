# verify: tools:1, editor:1, alpine:3, cache:7, python:3, an image without a name and shop:today are still there
