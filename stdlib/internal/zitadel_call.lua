--- @module assay.internal.zitadel_call
--- @description Requests and answers of `assay.zitadel`.

local rest = require("assay.internal.client")

local zitadel = { EQUALS = "TEXT_QUERY_METHOD_EQUALS", PAGE = 100 }

local OK = { 200, 201 }

--- A warning about an answer, where functions give false or nil instead of an error.
function zitadel.warn(what, res)
  log.warn(("zitadel: %s (HTTP %d): %s"):format(what, res.status, res.body))
end

function zitadel.is_success(res)
  return res.status == 200 or res.status == 201
end

--- The response, whatever its status.
function zitadel.call(self, method, path, body)
  if method ~= "GET" then body = rest.object(body) end
  return self:_send(method, path, { body = body })
end

--- The decoded answer; an error unless it is a success.
function zitadel.request(self, method, path, body)
  if method ~= "GET" and method ~= "DELETE" then body = rest.object(body) end
  return (self:_request(method, path, { body = body, ok = OK })) or {}
end

--- Whether the server knows no such path, or no such thing at it.
function zitadel.is_unknown(res)
  return res.status == 404 or res.status == 405 or res.status == 501
end

--- As `request`; servers that do not know the path are asked at the older one.
function zitadel.newest(self, method, path, older, body)
  if method ~= "DELETE" then body = rest.object(body) end
  local res = self:_send(method, path, { body = body })
  if zitadel.is_unknown(res) then return zitadel.request(self, method, older, body) end
  if not zitadel.is_success(res) then self:_fail(method, path, res) end
  return zitadel.decoded(res)
end

function zitadel.decoded(res)
  if res.body == nil or res.body == "" then return {} end
  local ok, answer = pcall(json.parse, res.body)
  if not ok or type(answer) ~= "table" then
    rest.fail(("zitadel: the answer is no JSON object (HTTP %d): %s"):format(res.status, res.body))
  end
  return answer
end

--- The first entry named `name`; entries without a name count as found by the server's filter.
function zitadel.named(result, name, is_strict)
  for _, entry in ipairs(result or {}) do
    if entry.name == name or (entry.name == nil and not is_strict) then return entry end
  end
  return nil
end

--- Raises the error of a search that was not answered; 404 counts as an answer.
function zitadel.check_search(res, what)
  if not zitadel.is_success(res) and res.status ~= 404 then
    rest.fail(("zitadel: failed to look for %s (HTTP %d): %s"):format(what, res.status, res.body))
  end
end

--- The entries of all pages of a search; an error unless each is a success.
function zitadel.search_all(self, path, queries)
  local found = json.array({})
  repeat
    local offset = #found > 0 and tostring(#found) or nil
    local answer = zitadel.request(self, "POST", path, {
      query = { limit = zitadel.PAGE, offset = offset }, queries = queries,
    })
    local page = answer.result or {}
    table.move(page, 1, #page, #found + 1, found)
    local total = tonumber(answer.details and answer.details.totalResult) or 0
  until #page == 0 or #found >= total
  return found
end

--- Changes settings; whether they differed. An answer that nothing changes is a success, too.
function zitadel.update(self, path, body)
  local res = zitadel.call(self, "PUT", path, body)
  if zitadel.is_success(res) then return true end
  if res.status == 400 and (res.body or ""):lower():find("no ?changes") then return false end
  self:_fail("PUT", path, res)
end

return zitadel
