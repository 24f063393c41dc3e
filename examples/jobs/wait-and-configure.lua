-- Waits until a service is up, then posts its configuration.
local healthcheck = require("assay.healthcheck")

local service = assert(env.get("SERVICE_URL"), "SERVICE_URL is not set")
local config = json.parse(fs.read(assert(env.get("CONFIG_FILE"), "CONFIG_FILE is not set")))

healthcheck.wait(service .. "/healthz", { timeout = 60, interval = 0.1, max_interval = 0.1 })

local res = http.post(service .. "/config", config, { timeout = 10 })
assert.eq(res.status, 201, "posting the configuration: " .. res.body)
log.info("configured", { version = res:json().version })
