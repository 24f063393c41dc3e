"""Parses and encodes a JSON file: `codec.py FILE ROUNDS` prints the seconds of each."""

import json
import sys
import time

text = open(sys.argv[1], encoding="utf-8").read()
for _ in range(int(sys.argv[2])):
    start = time.time()
    value = json.loads(text)
    parsed = time.time()
    out = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    encoded = time.time()
    assert len(value) == 22500
    assert len(out) > 5000000
    print(f"parse {parsed - start:.4f} encode {encoded - parsed:.4f}")
