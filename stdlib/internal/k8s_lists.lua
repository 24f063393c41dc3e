--- @module assay.internal.k8s_lists
--- @description Lists of `assay.k8s`, page by page.

local rest = require("assay.internal.client")
local kube = require("assay.internal.kube")
local wire = require("assay.internal.k8s_wire")

local lists = {}

lists.PAGE = 500

--- One page of a list.
function lists.page(conn, path, opts, limit, following)
  local fixed = {
    { "labelSelector", kube.selector(opts.label_selector) },
    { "fieldSelector", kube.selector(opts.field_selector) },
    { "limit", opts.limit },
  }
  local label = rest.with_query(path, fixed)
  fixed[3][2] = limit
  fixed[4] = { "continue", following }
  fixed[5] = { "resourceVersion", not following and opts.resource_version or nil }
  local res = conn:_send("GET", rest.with_query(path, fixed))
  return res, label
end

--- Pages took too long (410): where the server would go on from another moment, or nil.
function lists.resumed(res, following)
  if res.status ~= 410 or not following then return nil end
  local ok, status = pcall(json.parse, res.body)
  local token = ok and type(status) == "table" and status.metadata and status.metadata.continue
  return token and token ~= "" and token ~= following and token or nil
end

--- Raises unless an answer is a list of objects.
function lists.check(part, label)
  if kube.is_list(part) then return end
  rest.fail(("k8s: GET %s: the answer is no list of objects"):format(label))
end

--- A whole list, all pages of it unless `limit` or `paginate = false` is given.
function lists.all(conn, path, opts)
  local is_single = opts.limit ~= nil or opts.paginate == false
  local limit = opts.limit or (opts.paginate ~= false and (opts.page_size or lists.PAGE)) or nil
  local all, following
  repeat
    local res, label = lists.page(conn, path, opts, limit, following)
    if res.status == 410 and following then
      -- either from another moment, or again in one piece
      local token = lists.resumed(res, following)
      if token then
        following = token
      else
        all, following, limit = nil, nil, nil
      end
    else
      if res.status ~= 200 then wire.fail("get", res, label) end
      local part = wire.object(res, label)
      lists.check(part, label)
      if all then
        for _, item in ipairs(part.items or {}) do all.items[#all.items + 1] = item end
        all.metadata = part.metadata
      else
        all = part
        all.items = all.items or json.array({})
      end
      following = part.metadata and part.metadata.continue
      if following == "" then following = nil end
    end
  until all and (is_single or not following)
  return all
end

return lists
