--- @module assay.internal.vault_verbs
--- @description The verbs that the endpoints of `assay.vault` are made of.

local rest = require("assay.internal.client")

local verbs = { name = require("assay.internal.segment") }

--- A path of texts that must be there: mounts, keys, names.
function verbs.path(format, ...)
  for i = 1, select("#", ...) do
    local part = (select(i, ...))
    local kind = part == "" and "empty" or type(part)
    if kind ~= "string" and kind ~= "number" then
      rest.fail(("vault: a part of the path is %s: %s"):format(kind,
        (format:gsub("%%s", "…"))))
    end
  end
  return format:format(...)
end

--- A key in a path. Behind a question mark the rest would be a query, and the request about another
--- secret; `kv_get` has always taken `?version=3`.
function verbs.key(key, takes_version)
  if type(key) ~= "string" or (takes_version and key:find("%?version=%d+$")) then return key end
  return (key:gsub("?", "%%3F"))
end

--- The options of a call that works without a token.
function verbs.anonymous(client, o)
  o = o or {}
  o.anonymous = true
  o.headers = {
    ["X-Vault-Request"] = "true",
    ["X-Vault-Namespace"] = client.namespace,
  }
  return o
end

--- The decoded answer; nil on 404.
function verbs.get(self, path, query)
  return (self:_get("/v1/" .. path, { ok = 200, missing = true, query = query }))
end

--- The decoded answer; nil when it is empty.
function verbs.post(self, path, body)
  return (self:_post("/v1/" .. path, body))
end

--- As `post`.
function verbs.put(self, path, body)
  return (self:_put("/v1/" .. path, body))
end

--- DELETE, without a result; `opts.ignore_not_found`.
function verbs.delete(self, path, opts)
  self:_delete("/v1/" .. path, { raw = true, missing = opts and opts.ignore_not_found })
end

--- The keys below a path; an empty list on 404.
function verbs.list(self, path)
  local answer = self:_get("/v1/" .. path, {
    ok = 200, missing = true, query = { list = true }, what = "LIST /v1/" .. path,
  })
  return answer and answer.data and answer.data.keys or json.array({})
end

--- A field of an answer that may be nil.
function verbs.field(answer, name)
  return answer and answer[name]
end

--- Whether nothing is mounted at a path; something of another type is an error.
function verbs.is_absent(present, path, wanted, what)
  local there = present and present[(path:gsub("/*$", "/"))]
  if not there then return true end
  if there.type ~= wanted then
    rest.fail(("vault: %s %s is of type %s, not %s"):format(what, path, there.type, wanted))
  end
  return false
end

return verbs
