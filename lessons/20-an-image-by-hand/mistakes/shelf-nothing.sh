# verify: shelf has no image hand:2
