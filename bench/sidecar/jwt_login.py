"""Logs in with a signed assertion (RFC 7523) and makes three API calls."""
import logging
import os
import sys
import time

import jwt
import requests

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")

base = os.environ["API_URL"]
with open(os.environ["KEY_FILE"]) as f:
    key = f.read()

now = int(time.time())
claims = {"iss": "robot", "sub": "robot", "aud": base, "iat": now, "exp": now + 300}
assertion = jwt.encode(claims, key, algorithm="RS256")

api = requests.Session()
login = api.post(
    base + "/oauth/token",
    data={"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion},
    timeout=10,
)
if login.status_code != 200:
    sys.exit(f"login: {login.status_code}: {login.text}")
api.headers["Authorization"] = "Bearer " + login.json()["access_token"]

projects = api.get(base + "/projects", timeout=10)
projects.raise_for_status()
created = api.post(base + "/projects", json={"name": "assay", "public": False}, timeout=10)
if created.status_code != 201:
    sys.exit(f"creating the project: {created.status_code}: {created.text}")
res = api.get(f"{base}/projects/{created.json()['id']}", timeout=10)
res.raise_for_status()
project = res.json()
if project["name"] != "assay":
    sys.exit(f"the project is called {project['name']}")
logging.info("project created id=%s projects=%d", project["id"], len(projects.json()) + 1)
