-- Fails when the error ratio of a service is above its bound.
local prometheus = require("assay.prometheus")

local bound = tonumber(env.get("MAX_ERROR_RATIO") or "0.01")
-- no errors at all are no series at all, hence the zero
local query =
  [[(sum(rate(http_requests_total{code=~"5.."}[5m])) or vector(0)) / sum(rate(http_requests_total[5m]))]]

local ratio = prometheus.query(assert(env.get("PROMETHEUS_URL"), "PROMETHEUS_URL is not set"), query)
assert.type(ratio, "number", "the query must give one value")
assert.le(ratio, bound, "error ratio")
log.info("error ratio is fine", { ratio = ratio, bound = bound })
