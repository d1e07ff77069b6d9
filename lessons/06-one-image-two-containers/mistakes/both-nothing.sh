# verify: ann/licence.txt does not exist
