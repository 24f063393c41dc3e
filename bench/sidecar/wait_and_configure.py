"""Waits until a service is up, then posts its configuration."""
import json
import logging
import os
import sys
import time

import requests

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")

service = os.environ["SERVICE_URL"]
with open(os.environ["CONFIG_FILE"]) as f:
    config = json.load(f)

session = requests.Session()
deadline = time.monotonic() + 60
while True:
    try:
        if session.get(service + "/healthz", timeout=30).status_code == 200:
            break
        problem = "unhealthy"
    except requests.RequestException as e:
        problem = str(e)
    if time.monotonic() > deadline:
        sys.exit(f"{service} did not become healthy: {problem}")
    time.sleep(0.1)

res = session.post(service + "/config", json=config, timeout=10)
if res.status_code != 201:
    sys.exit(f"posting the configuration: {res.status_code}: {res.text}")
logging.info("configured version=%s", res.json()["version"])
