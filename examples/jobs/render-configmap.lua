-- Renders a template and applies the result as a ConfigMap.
local k8s = require("assay.k8s")

local name = env.get("CONFIGMAP") or "app-config"
local values = yaml.parse(fs.read(assert(env.get("VALUES_FILE"), "VALUES_FILE is not set")))
local text = template.render(assert(env.get("TEMPLATE_FILE"), "TEMPLATE_FILE is not set"), values)

-- in a pod the service account counts; API_SERVER is for everywhere else
local applied = k8s.apply({
  apiVersion = "v1",
  kind = "ConfigMap",
  metadata = { name = name, namespace = env.get("NAMESPACE") or "default" },
  data = { ["app.conf"] = text },
}, { base_url = env.get("API_SERVER"), token = env.get("API_TOKEN") })
log.info("applied", { configmap = name, version = applied.metadata.resourceVersion })
