--- @module assay.internal.temporal_api
--- @description Paths and requests of Temporal's HTTP API, for `assay.temporal`.

local rest = require("assay.internal.client")
local segment = require("assay.internal.segment")

local api = {}

--- A path below the client's namespace, or below `opts.namespace`.
function api.path(self, opts, rest_of)
  return "/api/v1/namespaces/" .. segment(opts and opts.namespace or self.default_ns) .. rest_of
end

--- The path of a workflow.
function api.workflow(self, opts, id)
  return api.path(self, opts, "/workflows/" .. rest.escape(id))
end

--- GET; exactly 200 succeeds.
function api.get(self, path, query)
  return (self:_get(rest.with_query(path, query or {}), { ok = 200 }))
end

--- POST; exactly 200 succeeds.
function api.post(self, path, body, query)
  return (self:_post(rest.with_query(path, query or {}), rest.object(body), { ok = 200 }))
end

--- Arguments of a workflow, signal, … as a JSON list, also when there are none.
function api.arguments(list)
  return type(list) == "table" and rest.array(list) or list or nil
end

--- A request's table with names where the API has `{ name = … }`.
function api.named(request)
  request = rest.copy(request)
  for _, key in ipairs { "workflowType", "taskQueue" } do
    if type(request[key]) == "string" then request[key] = { name = request[key] } end
  end
  request.input = api.arguments(request.input)
  return request
end

--- All pages as one answer, whose list is `field`, unless a page is asked for.
function api.pages(self, path, query, opts, field)
  opts = opts or {}
  local is_single = opts.page_size ~= nil or opts.maximum_page_size ~= nil
  if opts.all ~= nil then is_single = not opts.all end
  if opts.next_page_token then is_single = opts.all ~= true end
  local all
  local token = opts.next_page_token
  -- values of the query may be nil
  local last = 0
  for i in pairs(query) do last = math.max(last, i) end
  -- the server leaves empty lists out
  local function list_in(page)
    local holder, name = page, field
    if field == "history" then
      page.history = page.history or {}
      holder, name = page.history, "events"
    end
    holder[name] = holder[name] or json.array({})
    return holder[name]
  end
  repeat
    query[last + 1] = { "nextPageToken", token }
    local page = api.get(self, path, query)
    local items = list_in(page)
    if not all then
      all = page
    else
      local list = list_in(all)
      table.move(items, 1, #items, #list + 1, list)
      all.nextPageToken = page.nextPageToken
    end
    local before = token
    token = page.nextPageToken
    if token == "" or token == before then token = nil end
  until is_single or not token
  return all
end

-- what the server's router answers for a path that it does not have; what is missing otherwise
-- has details
local NO_ROUTE = '"message"%s*:%s*"Not Found"'

--- Whether an answer, or an error's message, says that the server has no such path.
function api.has_no_route(text)
  return tostring(text):find(NO_ROUTE) ~= nil
end

local NULL, BYTES = base64.encode("binary/null"), base64.encode("binary/plain")

--- The value of a payload that the server does not write as plain JSON.
function api.value(payload)
  local encoding = type(payload) == "table" and type(payload.metadata) == "table"
    and payload.metadata.encoding
  if encoding == NULL then return json.null end
  if encoding == BYTES then return base64.decode(payload.data or "") end
  return payload
end

return api
