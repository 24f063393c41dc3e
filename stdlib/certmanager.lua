--- @module assay.certmanager
--- @description cert-manager: certificates, issuers, requests, orders and challenges.

local rest = require("assay.internal.client")
local kube = require("assay.internal.kube")
local poll = require("assay.internal.poll")
local kube_manifest = require("assay.internal.kube_manifest")

local CM = "/apis/cert-manager.io/v1"
local ACME = "/apis/acme.cert-manager.io/v1"

local M, Client = {}, kube.class("certmanager")

--- `client(url, token, opts)` or `client(opts)`; without a URL that of the pod or the kubeconfig.
function M.client(...)
  return Client:new(rest.options({ "url", "token" }, ...))
end

-- A missing resource type is an empty list, see `crds_installed`.
local function list(self, prefix, ns, plural, opts)
  return self:_listing(kube.path(prefix, ns, plural), rest.copy(opts, { missing = true }))
end

local function object(self, prefix, ns, plural, name)
  return self:_object(kube.object_path(prefix, ns, plural, name, plural == "clusterissuers"))
end

--- The certificates of a namespace, of all when it is nil. `opts`: label_selector, field_selector,
--- limit.
function Client:certificates(namespace, opts)
  return list(self, CM, namespace, "certificates", opts)
end

--- A certificate, or nil.
function Client:certificate(namespace, name)
  return object(self, CM, namespace, "certificates", name)
end

--- Readiness, validity and conditions of a certificate, or nil.
function Client:certificate_status(namespace, name)
  local certificate = self:certificate(namespace, name)
  if not certificate then return nil end
  local status = certificate.status or {}
  return {
    ready = kube.is_true(certificate, "Ready"),
    not_after = status.notAfter,
    not_before = status.notBefore,
    renewal_time = status.renewalTime,
    revision = status.revision,
    conditions = status.conditions or json.array({}),
  }
end

--- Whether a certificate is ready.
function Client:is_certificate_ready(namespace, name)
  return kube.is_true(self:certificate(namespace, name), "Ready")
end

local function wait(timeout, opts, what, fetch, wanted)
  local o = kube.wait_options(timeout, opts, 300, 5)
  return kube.wait(o, "certmanager: timeout waiting for " .. what, fetch, wanted or "Ready", kube.is_true)
end

--- Waits until a certificate is ready. `opts`: interval (5 s).
function Client:wait_certificate_ready(namespace, name, timeout_secs, opts)
  return wait(timeout_secs, opts, ("certificate %s/%s to be ready"):format(namespace, name), function()
    return self:certificate(namespace, name)
  end)
end

--- The issuers of a namespace, of all when it is nil.
function Client:issuers(namespace, opts)
  return list(self, CM, namespace, "issuers", opts)
end

--- An issuer, or nil.
function Client:issuer(namespace, name)
  return object(self, CM, namespace, "issuers", name)
end

--- Whether an issuer is ready.
function Client:is_issuer_ready(namespace, name)
  return kube.is_true(self:issuer(namespace, name), "Ready")
end

--- Waits until an issuer is ready.
function Client:wait_issuer_ready(namespace, name, timeout_secs, opts)
  return wait(timeout_secs, opts, ("issuer %s/%s to be ready"):format(namespace, name), function()
    return self:issuer(namespace, name)
  end)
end

--- The cluster issuers.
function Client:cluster_issuers(opts)
  return list(self, CM, nil, "clusterissuers", opts)
end

--- A cluster issuer, or nil.
function Client:cluster_issuer(name)
  return object(self, CM, nil, "clusterissuers", name)
end

--- Whether a cluster issuer is ready.
function Client:is_cluster_issuer_ready(name)
  return kube.is_true(self:cluster_issuer(name), "Ready")
end

--- Waits until a cluster issuer is ready.
function Client:wait_cluster_issuer_ready(name, timeout_secs, opts)
  return wait(timeout_secs, opts, ("cluster issuer %s to be ready"):format(name), function()
    return self:cluster_issuer(name)
  end)
end

--- The certificate requests of a namespace, of all when it is nil.
function Client:certificate_requests(namespace, opts)
  return list(self, CM, namespace, "certificaterequests", opts)
end

--- A certificate request, or nil.
function Client:certificate_request(namespace, name)
  return object(self, CM, namespace, "certificaterequests", name)
end

--- Whether a certificate request is approved.
function Client:is_request_approved(namespace, name)
  return kube.is_true(self:certificate_request(namespace, name), "Approved")
end

--- Whether a certificate request is denied.
function Client:is_request_denied(namespace, name)
  return kube.is_true(self:certificate_request(namespace, name), "Denied")
end

--- Whether a certificate request is ready.
function Client:is_request_ready(namespace, name)
  return kube.is_true(self:certificate_request(namespace, name), "Ready")
end

--- Waits until a certificate request is ready; one that is denied or failed is an error at once.
function Client:wait_request_ready(namespace, name, timeout_secs, opts)
  local what = ("certificate request %s/%s"):format(namespace, name)
  local o = rest.copy(opts, { stop = function(request)
    local ready = kube.condition(request, "Ready")
    local over = kube.is_true(request, "Denied") and "Denied"
      or (ready and ready.reason == "Failed") and "Ready"
    return over and ("certmanager: %s: %s"):format(what, kube.describe(request, over)) or nil
  end })
  return wait(timeout_secs, o, what .. " to be ready", function()
    return self:certificate_request(namespace, name)
  end)
end

--- The ACME orders of a namespace, of all when it is nil.
function Client:orders(namespace, opts)
  return list(self, ACME, namespace, "orders", opts)
end

--- An ACME order, or nil.
function Client:order(namespace, name)
  return object(self, ACME, namespace, "orders", name)
end

local ORDER_OVER = { invalid = true, expired = true, errored = true }

--- Waits until an ACME order is valid; one that is invalid, expired or errored is an error at once.
function Client:wait_order_valid(namespace, name, timeout_secs, opts)
  local what = ("order %s/%s"):format(namespace, name)
  local o = kube.wait_options(timeout_secs, opts, 300, 5)
  return poll(o, ("certmanager: timeout waiting for %s to be valid"):format(what), function()
    local order = self:order(namespace, name)
    local status = order and order.status or {}
    local seen = order and "state " .. tostring(status.state) or "not found"
    if status.reason then seen = seen .. ": " .. status.reason end
    if ORDER_OVER[status.state] then error({ stop = ("certmanager: %s: %s"):format(what, seen) }) end
    return status.state == "valid", seen
  end)
end

--- The ACME challenges of a namespace, of all when it is nil.
function Client:challenges(namespace, opts)
  return list(self, ACME, namespace, "challenges", opts)
end

--- An ACME challenge, or nil.
function Client:challenge(namespace, name)
  return object(self, ACME, namespace, "challenges", name)
end

local function is_ready(item)
  return kube.is_true(item, "Ready")
end

--- How many certificates are ready: ready, not_ready, total, not_ready_names.
function Client:all_certificates_ready(namespace, opts)
  return kube.summary(self:certificates(namespace, opts).items, "ready", "not_ready", is_ready)
end

--- How many issuers are ready: ready, not_ready, total, not_ready_names.
function Client:all_issuers_ready(namespace, opts)
  return kube.summary(self:issuers(namespace, opts).items, "ready", "not_ready", is_ready)
end

--- How many cluster issuers are ready: ready, not_ready, total, not_ready_names.
function Client:all_cluster_issuers_ready(opts)
  return kube.summary(self:cluster_issuers(opts).items, "ready", "not_ready", is_ready)
end

--- Whether the server has cert-manager's resource types.
function Client:crds_installed()
  return self:_object(CM) ~= nil
end

local function days_until(text)
  local at = text and rest.parse_time(text)
  return at and (at - time()) / 86400
end

--- Days until a certificate ends, or nil when that is not known.
function Client:days_left(namespace, name)
  local status = self:certificate_status(namespace, name)
  return status and days_until(status.not_after)
end

--- Certificates that end within `days`, as { namespace, name, days_left }, the soonest first.
function Client:expiring(namespace, days)
  local out = json.array({})
  for _, item in ipairs(self:certificates(namespace).items or {}) do
    local left = days_until(item.status and item.status.notAfter)
    if left and left <= days then
      out[#out + 1] =
        { namespace = item.metadata.namespace, name = item.metadata.name, days_left = left }
    end
  end
  table.sort(out, function(a, b) return a.days_left < b.days_left end)
  return out
end

--- Replaces a condition in the status of the object at `path`.
local function set_condition(self, path, condition)
  local current = self:_get(path)
  local conditions = json.array({})
  for _, c in ipairs(current.status and current.status.conditions or {}) do
    if c.type ~= condition.type then conditions[#conditions + 1] = c end
  end
  condition.lastTransitionTime = os.date("!%Y-%m-%dT%H:%M:%SZ")
  conditions[#conditions + 1] = condition
  current.status = current.status or {}
  current.status.conditions = conditions
  return self:_put(path .. "/status", current)
end

-- The items that an object owns.
local function owned(items, kind, name)
  local out = json.array({})
  for _, item in ipairs(items or {}) do
    for _, owner in ipairs(item.metadata and item.metadata.ownerReferences or {}) do
      if owner.kind == kind and owner.name == name then out[#out + 1] = item end
    end
  end
  return out
end

local function revision_of(request)
  local annotations = request.metadata.annotations or {}
  return tonumber(annotations["cert-manager.io/certificate-revision"]) or 0
end

local function state_of(item, what)
  local status = item.status or {}
  if status.state == "valid" then return nil end
  local text = ("%s %s: state %s"):format(what, item.metadata.name, tostring(status.state))
  return status.reason and status.reason ~= "" and text .. ": " .. status.reason or text
end

--- Why a certificate is not ready: `{ ready, reason, certificate, request, orders, challenges }`, from
--- its newest request on; nil when there is no such certificate.
function Client:diagnose(namespace, name)
  local certificate = self:certificate(namespace, name)
  if not certificate then return nil end
  local out = { certificate = certificate, ready = kube.is_true(certificate, "Ready") }
  local requests = owned(self:certificate_requests(namespace).items, "Certificate", name)
  table.sort(requests, function(a, b) return revision_of(a) > revision_of(b) end)
  local request = requests[1]
  out.request, out.orders, out.challenges = request, json.array({}), json.array({})
  if request then
    out.orders = owned(self:orders(namespace).items, "CertificateRequest", request.metadata.name)
  end
  if #out.orders > 0 then
    local all = self:challenges(namespace).items
    for _, order in ipairs(out.orders) do
      for _, challenge in ipairs(owned(all, "Order", order.metadata.name)) do
        out.challenges[#out.challenges + 1] = challenge
      end
    end
  end
  if out.ready then return out end
  -- what is farthest down the chain says most
  for _, challenge in ipairs(out.challenges) do out.reason = out.reason or state_of(challenge, "challenge") end
  for _, order in ipairs(out.orders) do out.reason = out.reason or state_of(order, "order") end
  if not out.reason and request and not kube.is_true(request, "Ready") then
    out.reason = ("request %s: %s"):format(request.metadata.name, kube.describe(request,
      kube.is_true(request, "Denied") and "Denied" or "Ready"))
  end
  out.reason = out.reason or kube.describe(certificate, "Ready")
  return out
end

--- Has a certificate issued anew.
function Client:renew(namespace, name)
  return set_condition(self, kube.object_path(CM, namespace, "certificates", name), {
    type = "Issuing",
    status = "True",
    reason = "ManuallyTriggered",
    message = "Certificate re-issuance manually triggered",
  })
end

local function decide(self, namespace, name, decision, message)
  return set_condition(self, kube.object_path(CM, namespace, "certificaterequests", name), {
    type = decision,
    status = "True",
    reason = "assay",
    message = message or decision .. " by assay",
  })
end

--- Approves a certificate request.
function Client:approve(namespace, name, message)
  return decide(self, namespace, name, "Approved", message)
end

--- Denies a certificate request.
function Client:deny(namespace, name, message)
  return decide(self, namespace, name, "Denied", message)
end

--- Server-side apply of a manifest of cert-manager, e.g. a Certificate or an Issuer.
function Client:apply(manifest, opts)
  return kube_manifest.apply(self, manifest, opts, {
    api_version = "cert-manager.io/v1",
    of_cluster = function(kind) return kind == "clusterissuer" end,
  })
end

--- Deletes an object by its kind, such as "Issuer"; false when there is none. Cluster issuers have no
--- namespace.
function Client:delete(kind, namespace, name)
  local plural = kube.segment(kube_manifest.plural(kind))
  local at = (plural == "orders" or plural == "challenges") and ACME or CM
  return kube_manifest.remove(self,
    kube.object_path(at, namespace, plural, name, plural == "clusterissuers"))
end

--- Deletes a certificate; false when there is none.
function Client:delete_certificate(namespace, name)
  local _, res = self:_delete(kube.object_path(CM, namespace, "certificates", name), { missing = true })
  return res.status ~= 404
end

return M
