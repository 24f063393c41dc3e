--- @module assay.internal.grafana_alerting
--- @description Alert rules, contact points, notification policies and alerts of `assay.grafana`.

local rest = require("assay.internal.client")

local Client = {}

local RULES = "/api/v1/provisioning/alert-rules"
local CONTACTS = "/api/v1/provisioning/contact-points"
local POLICIES = "/api/v1/provisioning/policies"
local MUTES = "/api/v1/provisioning/mute-timings"
-- keeps what is provisioned editable
local EDITABLE = { ["X-Disable-Provenance"] = "true" }

--- The alert rules.
function Client:alert_rules()
  return (self:_get(RULES, { ok = 200, list = true }))
end

--- An alert rule; nil when it is absent.
function Client:alert_rule(uid)
  return (self:_get(RULES .. "/" .. rest.escape(uid), { ok = 200, missing = true }))
end

--- Creates an alert rule, which remains editable.
function Client:create_alert_rule(rule)
  return (self:_post(RULES, rule, { headers = EDITABLE }))
end

--- Replaces an alert rule.
function Client:update_alert_rule(uid, rule)
  return (self:_put(RULES .. "/" .. rest.escape(uid), rule, { headers = EDITABLE }))
end

--- Deletes an alert rule.
function Client:delete_alert_rule(uid)
  self:_delete(RULES .. "/" .. rest.escape(uid), { headers = EDITABLE, raw = true })
end

--- The contact points.
function Client:contact_points()
  return (self:_get(CONTACTS, { ok = 200, list = true }))
end

--- Creates a contact point { name, type, settings }, which remains editable.
function Client:create_contact_point(point)
  return (self:_post(CONTACTS, point, { headers = EDITABLE }))
end

--- Replaces a contact point.
function Client:update_contact_point(uid, point)
  return (self:_put(CONTACTS .. "/" .. rest.escape(uid), point, { headers = EDITABLE }))
end

--- Deletes a contact point.
function Client:delete_contact_point(uid)
  self:_delete(CONTACTS .. "/" .. rest.escape(uid), { headers = EDITABLE, raw = true })
end

--- The tree of notification policies.
function Client:notification_policies()
  return (self:_get(POLICIES, { ok = 200 }))
end

--- Replaces the tree of notification policies { receiver, routes, … }.
function Client:set_notification_policies(policies)
  return (self:_put(POLICIES, policies, { headers = EDITABLE }))
end

--- The mute timings.
function Client:mute_timings()
  return (self:_get(MUTES, { ok = 200, list = true }))
end

--- Creates a mute timing { name, time_intervals }.
function Client:create_mute_timing(timing)
  return (self:_post(MUTES, timing, { headers = EDITABLE }))
end

--- Deletes a mute timing.
function Client:delete_mute_timing(name)
  self:_delete(MUTES .. "/" .. rest.escape(name), { headers = EDITABLE, raw = true })
end

--- The groups of rules with their states: `{ name, file, rules = { { name, state, health, alerts } } }`.
function Client:rule_states()
  local answer = self:_get("/api/prometheus/grafana/api/v1/rules", { ok = 200 })
  return answer.data and answer.data.groups or json.array({})
end

--- The titles of the rules that fire now, sorted; empty when none does.
function Client:firing_rules()
  local titles = json.array({})
  for _, group in ipairs(self:rule_states()) do
    for _, rule in ipairs(group.rules or {}) do
      if rule.state == "firing" then titles[#titles + 1] = rule.name end
    end
  end
  table.sort(titles)
  return titles
end

--- The alerts that are active now.
function Client:active_alerts()
  return (self:_get("/api/alertmanager/grafana/api/v2/alerts", { ok = 200, list = true }))
end

return Client
