"""`get_urllib.py URL COUNT CONCURRENCY`: fetches COUNT times with urllib, which keeps no connection."""

import sys
import threading
import time
import urllib.request

url, count, concurrency = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
left = count
lock = threading.Lock()


def worker():
    global left
    while True:
        with lock:
            if left == 0:
                break
            left -= 1
        with urllib.request.urlopen(url) as response:
            if response.status != 200 or len(response.read()) != 1024:
                raise SystemExit("wrong response")


start = time.time()
threads = [threading.Thread(target=worker) for _ in range(concurrency)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(f"{time.time() - start:.3f}")
