"""Renders a template and applies the result as a ConfigMap."""
import json
import logging
import os
import sys

import jinja2
import requests
import yaml

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")

ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
name = os.environ.get("CONFIGMAP", "app-config")
namespace = os.environ.get("NAMESPACE", "default")

with open(os.environ["VALUES_FILE"]) as f:
    values = yaml.safe_load(f)
folder, file = os.path.split(os.environ["TEMPLATE_FILE"])
loader = jinja2.FileSystemLoader(folder or ".")
text = jinja2.Environment(loader=loader).get_template(file).render(values)

server, token, verify = os.environ.get("API_SERVER"), os.environ.get("API_TOKEN"), True
if server is None:
    server = "https://%(KUBERNETES_SERVICE_HOST)s:%(KUBERNETES_SERVICE_PORT)s" % os.environ
    with open(ACCOUNT + "/token") as f:
        token = f.read().strip()
    verify = ACCOUNT + "/ca.crt"

res = requests.patch(
    f"{server}/api/v1/namespaces/{namespace}/configmaps/{name}",
    params={"fieldManager": "sidecar", "force": "true"},
    headers={"Authorization": f"Bearer {token}", "Content-Type": "application/apply-patch+yaml"},
    data=json.dumps(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": name, "namespace": namespace},
            "data": {"app.conf": text},
        }
    ),
    verify=verify,
    timeout=30,
)
if res.status_code not in (200, 201):
    sys.exit(f"applying {name}: {res.status_code}: {res.text}")
version = res.json()["metadata"]["resourceVersion"]
logging.info("applied configmap=%s version=%s", name, version)
