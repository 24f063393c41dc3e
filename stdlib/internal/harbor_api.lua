--- @module assay.internal.harbor_api
--- @description Paths, pages and answers of Harbor's API, for `assay.harbor` and its parts.

local rest = require("assay.internal.client")
local segment = require("assay.internal.segment")

local PAGE = 100

local api = { ROOT = "/api/v2.0" }

--- The decoded answer of a GET.
function api.get(self, path, query, o)
  return (self:_get(rest.with_query(path, query or {}), rest.copy(o, { ok = 200 })))
end

-- the page that an answer names as the next one; without a `Link`, which proxies may drop, the one that
-- is missing from the total
local function next_page(res, page, count, seen)
  for address, params in (res.headers.link or ""):gmatch("<([^>]*)>([^<]*)") do
    if params:find('rel="?next"?') then return tonumber(address:match("[?&]page=(%d+)")) end
  end
  local total = tonumber(res.headers["x-total-count"])
  if res.headers.link or not total or count == 0 or seen >= total then return nil end
  return page + 1
end

--- All pages, as far as `opts.max_items`; one when `opts.page` names it or `opts.all` is false.
function api.list(self, path, opts, query, o)
  opts = opts or {}
  query = query or {}
  local count = #query
  local seen = 0
  local all = rest.collect(function(cursor)
    query[count + 1] = { "sort", opts.sort }
    query[count + 2] = { "page", opts.page or cursor }
    query[count + 3] = { "page_size", opts.page_size or (not opts.page and PAGE or nil) }
    local items, res = self:_get(rest.with_query(path, query), rest.copy(o, { ok = 200, list = true }))
    seen = seen + #items
    if opts.max_items and seen >= opts.max_items then return items, nil end
    return items, next_page(res, opts.page or cursor or 1, #items, seen)
  end, opts.page == nil and opts.all ~= false)
  if opts.max_items then
    for i = #all, opts.max_items + 1, -1 do all[i] = nil end
  end
  return all
end

--- Deletes; false when there is nothing.
function api.delete(self, path, o)
  local _, res = self:_delete(path, rest.copy(o, { missing = true, raw = true }))
  return res.status ~= 404
end

--- The number at the end of the `Location` of what was made; true when the server does not say.
function api.made(res)
  return math.tointeger((res.headers.location or ""):match("/(%d+)/*$")) or true
end

--- `<root>/projects/<name>`
function api.project_path(name)
  return api.ROOT .. "/projects/" .. segment(name)
end

--- The header that tells a name from a number.
function api.named(project)
  return type(project) == "string" and { ["X-Is-Resource-Name"] = "true" } or nil
end

--- The path of a repository. Harbor wants the slashes of its name encoded twice: the proxy in front
--- of it decodes the path once.
function api.repository_path(project, repository)
  local name = rest.part(repository)
  name = name:find("/", 1, true) and segment(segment(name)) or segment(name)
  return api.project_path(project) .. "/repositories/" .. name
end

--- The path of an artifact by tag or digest.
function api.artifact_path(project, repository, reference)
  return api.repository_path(project, repository) .. "/artifacts/" .. segment(reference)
end

return api
