# verify: mine/root/alone.txt does not exist
