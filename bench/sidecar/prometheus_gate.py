"""Fails when the error ratio of a service is above its bound."""
import logging
import os
import sys

import requests

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")

bound = float(os.environ.get("MAX_ERROR_RATIO", "0.01"))
query = '(sum(rate(http_requests_total{code=~"5.."}[5m])) or vector(0)) / sum(rate(http_requests_total[5m]))'

res = requests.get(
    os.environ["PROMETHEUS_URL"] + "/api/v1/query", params={"query": query}, timeout=30
)
answer = res.json() if res.headers.get("content-type", "").startswith("application/json") else {}
if res.status_code != 200 or answer.get("status") != "success":
    sys.exit(f"query failed: {res.status_code}: {answer.get('error', res.text)}")
result = answer["data"]["result"]
if len(result) != 1:
    sys.exit(f"the query must give one value, got {len(result)}")
ratio = float(result[0]["value"][1])
if not ratio <= bound:
    sys.exit(f"error ratio {ratio} is above {bound}")
logging.info("error ratio is fine ratio=%s bound=%s", ratio, bound)
