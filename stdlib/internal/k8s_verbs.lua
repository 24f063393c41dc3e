--- @module assay.internal.k8s_verbs
--- @description The plain verbs of `assay.k8s`, on any path.

local rest = require("assay.internal.client")
local wire = require("assay.internal.k8s_wire")

local M = {}

local PATCH_TYPES = {
  merge = "application/merge-patch+json",
  strategic = "application/strategic-merge-patch+json",
  json = "application/json-patch+json",
  apply = "application/apply-patch+yaml",
}

--- GET of any path; exactly 200 succeeds.
function M.get(path, opts)
  local res = wire.requests(opts):_send("GET", path)
  if res.status ~= 200 then wire.fail("get", res, path) end
  return wire.decoded(res, "GET", path)
end

--- POST of a table (as JSON) or a string.
function M.post(path, body, opts)
  return wire.write("post", "POST", path, body, opts, opts and opts.content_type)
end

--- PUT of a table (as JSON) or a string.
function M.put(path, body, opts)
  return wire.write("put", "PUT", path, body, opts, opts and opts.content_type)
end

--- PATCH; `opts.type` is "merge" (default), "strategic", "json" or "apply", or give `content_type`.
function M.patch(path, body, opts)
  opts = opts or {}
  local kind = opts.content_type or PATCH_TYPES[opts.type or "merge"]
  if not kind then
    rest.fail(("k8s.patch: unknown type '%s' (merge, strategic, json, apply)"):format(
      tostring(opts.type)))
  end
  local query
  if kind == PATCH_TYPES.apply then
    query = wire.writing(rest.copy(opts, { field_manager = opts.field_manager or "assay" }))
    query[#query + 1] = { "force", opts.force ~= false }
  end
  return wire.write("patch", "PATCH", path, body, opts, kind, query)
end

--- DELETE; returns the server's answer. `opts`: propagation_policy, grace_period, dry_run,
--- ignore_not_found, preconditions.
function M.delete(path, opts)
  opts = opts or {}
  -- a name that was empty, or leads upwards: the request would be about more than one object
  local parts = "/" .. tostring(path):match("^[^?#]*") .. "/"
  if type(path) ~= "string" or parts == "//" or parts:find("^/[^/]") or parts:find(".//") or parts:find("/%.%.?/") then
    rest.fail(("k8s.delete: the path has an empty part: %s"):format(
      type(path) == "string" and path or type(path)))
  end
  local body
  if opts.propagation_policy or opts.grace_period or opts.preconditions then
    body = {
      kind = "DeleteOptions",
      apiVersion = "v1",
      propagationPolicy = opts.propagation_policy,
      gracePeriodSeconds = opts.grace_period,
      preconditions = opts.preconditions,
    }
  end
  path = rest.with_query(path, { { "dryRun", opts.dry_run and "All" or nil } })
  local res = wire.requests(opts):_send("DELETE", path, { body = body })
  if res.status == 404 and opts.ignore_not_found then return nil end
  if not wire.is_success(res.status) then wire.fail("delete", res, path) end
  return wire.decoded(res, "DELETE", path)
end

return M
