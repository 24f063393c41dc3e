"""`get.py URL COUNT CONCURRENCY`: fetches COUNT times, a keep-alive connection per thread."""

import http.client
import sys
import threading
import time
import urllib.parse

url, count, concurrency = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
parts = urllib.parse.urlsplit(url)
left = count
lock = threading.Lock()


def worker():
    global left
    connection = http.client.HTTPConnection(parts.netloc)
    while True:
        with lock:
            if left == 0:
                break
            left -= 1
        connection.request("GET", parts.path)
        response = connection.getresponse()
        if response.status != 200 or len(response.read()) != 1024:
            raise SystemExit("wrong response")


start = time.time()
threads = [threading.Thread(target=worker) for _ in range(concurrency)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(f"{time.time() - start:.3f}")
