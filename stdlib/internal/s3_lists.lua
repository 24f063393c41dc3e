--- @module assay.internal.s3_lists
--- @description Lists of objects, and the deletion of many, for `assay.s3`.

local rest = require("assay.internal.client")
local objects = require("assay.internal.s3_request")
local xml = require("assay.internal.xml")

local Client = {}

local XMLNS = objects.XMLNS
local send, check, resource = objects.send, objects.check, objects.resource

-- as a form's field: a blank is `+`, or `%20` with others than AWS and MinIO
local function decode_listed(text)
  return url.decode((text:gsub("%+", "%%20")))
end

local function read_page(res)
  local text = res.body
  local decode = xml.value(text, "EncodingType") == "url" and decode_listed
    or function(s) return s end
  local page = {
    objects = json.array({}),
    common_prefixes = json.array({}),
    is_truncated = xml.value(text, "IsTruncated") == "true",
    next_continuation_token = xml.value(text, "NextContinuationToken"),
    key_count = math.tointeger(tonumber(xml.value(text, "KeyCount"))) or 0,
  }
  for item in xml.blocks(text, "Contents") do
    page.objects[#page.objects + 1] = {
      key = decode(xml.value(item, "Key") or ""),
      size = math.tointeger(tonumber(xml.value(item, "Size"))) or 0,
      last_modified = xml.value(item, "LastModified"),
      etag = xml.value(item, "ETag"),
      storage_class = xml.value(item, "StorageClass"),
    }
  end
  for item in xml.blocks(text, "CommonPrefixes") do
    page.common_prefixes[#page.common_prefixes + 1] = decode(xml.value(item, "Prefix") or "")
  end
  return page
end

local function list_page(self, bucket, opts, token)
  local res = send(self, "GET", bucket, false, { query = {
    { "list-type", 2 }, { "prefix", opts.prefix }, { "max-keys", opts.max_keys },
    { "continuation-token", token }, { "delimiter", opts.delimiter },
    { "start-after", opts.start_after }, { "encoding-type", opts.encoding_type },
    { "fetch-owner", opts.fetch_owner },
  } })
  objects.document(self, res, "GET", resource(bucket) .. "?list-type=2")
  return read_page(res)
end

-- The token of the page behind this one, or nil. A list that ends in its middle is none.
local function following(bucket, page, token)
  if not page.is_truncated then return nil end
  local next_token = page.next_continuation_token
  if (next_token or "") == "" or next_token == token then
    rest.fail(("s3: GET %s?list-type=2: the list goes on, but the answer does not say where"):format(
      resource(bucket)))
  end
  return next_token
end

--- The objects of a bucket: `{ objects, common_prefixes, is_truncated, next_continuation_token,
--- key_count }` with objects `{ key, size, last_modified, etag, storage_class }`. `opts`: `prefix`,
--- `delimiter`, `start_after`, `encoding_type`. All pages are read, but only one with
--- `all = false`, `max_keys` or `continuation_token` (unless `all = true`).
function Client:list_objects(bucket, opts)
  opts = opts or {}
  local page = list_page(self, bucket, opts, opts.continuation_token)
  local all = opts.all
  if all == nil then all = opts.max_keys == nil and opts.continuation_token == nil end
  local token = all and following(bucket, page, opts.continuation_token)
  while token do
    local more = list_page(self, bucket, opts, token)
    table.move(more.objects, 1, #more.objects, #page.objects + 1, page.objects)
    table.move(more.common_prefixes, 1, #more.common_prefixes, #page.common_prefixes + 1,
      page.common_prefixes)
    page.is_truncated = more.is_truncated
    page.next_continuation_token = more.next_continuation_token
    page.key_count = page.key_count + more.key_count
    token = following(bucket, more, token)
  end
  return page
end

-- Two kinds of elements, in one order
local function versions_of(text)
  local at = 1
  return function()
    local first, open, kind
    for _, name in ipairs { "Version", "DeleteMarker" } do
      local from, to = text:find("<" .. name .. ">", at, true)
      if from and (not first or from < first) then first, open, kind = from, to, name end
    end
    if not first then return nil end
    local close, last = text:find("</" .. kind .. ">", open, true)
    if not close then return nil end
    at = last + 1
    return kind, text:sub(open + 1, close - 1)
  end
end

--- The versions of objects, newest first for each key: `{ key, version_id, is_latest, is_deleted,
--- size, last_modified, etag }`; `opts`: `prefix`, `max_keys` (of a page), `all` (false: the first
--- page only).
function Client:object_versions(bucket, opts)
  local list = json.array({})
  local key, version
  repeat
    local res = send(self, "GET", bucket, false, { query = {
      { "versions", "" }, { "prefix", opts and opts.prefix }, { "max-keys", opts and opts.max_keys },
      { "key-marker", key }, { "version-id-marker", version },
    } })
    objects.document(self, res, "GET", resource(bucket) .. "?versions")
    for kind, item in versions_of(res.body) do
      list[#list + 1] = {
        key = xml.value(item, "Key"), version_id = xml.value(item, "VersionId"),
        is_latest = xml.value(item, "IsLatest") == "true", is_deleted = kind == "DeleteMarker",
        size = math.tointeger(tonumber(xml.value(item, "Size"))),
        last_modified = xml.value(item, "LastModified"), etag = xml.value(item, "ETag"),
      }
    end
    local before = { key, version }
    key, version = xml.value(res.body, "NextKeyMarker"), xml.value(res.body, "NextVersionIdMarker")
    local is_last = xml.value(res.body, "IsTruncated") ~= "true" or (opts and opts.all == false)
    if not is_last and (not key or (key == before[1] and version == before[2])) then
      rest.fail(("s3: GET %s?versions: the list goes on, but the answer does not say where"):format(
        resource(bucket)))
    end
  until is_last
  return list
end

--- `for object in c:objects(bucket, opts) do`: page by page, for buckets of any size.
function Client:objects(bucket, opts)
  opts = opts or {}
  local page, i, token = nil, 0, opts.continuation_token
  return function()
    while true do
      if not page then page, i = list_page(self, bucket, opts, token), 0 end
      i = i + 1
      if page.objects[i] then return page.objects[i] end
      token = following(bucket, page, token)
      if not token then return nil end
      page = nil
    end
  end
end

-- Servers without checksums in headers want an MD5, which is no builtin's; some know no such request.
local function takes_no_batch(res)
  return res.status == 405 or res.status == 501
    or (res.status == 400 and res.body:find("Content%-?MD5") ~= nil)
end

local function delete_singly(self, bucket, items, failures)
  for _, item in ipairs(items) do
    local res = send(self, "DELETE", bucket, item.key, { query = { { "versionId", item.version_id } } })
    if res.status ~= 200 and res.status ~= 204 and res.status ~= 404 then
      local code, message = xml.value(res.body, "Code"), xml.value(res.body, "Message")
      failures[#failures + 1] = {
        key = item.key, code = code or "HTTP " .. res.status, message = message,
      }
    end
  end
end

local function delete_batch(self, bucket, items, failures)
  local parts = { ('<Delete xmlns="%s"><Quiet>true</Quiet>'):format(XMLNS) }
  for _, item in ipairs(items) do
    local version = item.version_id
    parts[#parts + 1] = ("<Object><Key>%s</Key>%s</Object>"):format(xml.encode(item.key),
      version and ("<VersionId>%s</VersionId>"):format(xml.encode(version)) or "")
  end
  parts[#parts + 1] = "</Delete>"
  local body = table.concat(parts)
  local res = send(self, "POST", bucket, false, {
    query = { { "delete", "" } }, body = body, headers = objects.checked(body),
  })
  if takes_no_batch(res) then return delete_singly(self, bucket, items, failures) end
  objects.document(self, res, "POST", resource(bucket) .. "?delete")
  for item in xml.blocks(res.body, "Error") do
    failures[#failures + 1] = {
      key = xml.value(item, "Key"), code = xml.value(item, "Code"),
      message = xml.value(item, "Message"),
    }
  end
end

--- Deletes many objects, 1000 per request; returns the list of failures `{ key, code, message }`.
--- `keys` are texts, or tables with `key` and `version_id`, such as those of `object_versions`.
function Client:delete_objects(bucket, keys)
  keys = rest.list(keys)
  if type(keys) ~= "table" then
    rest.fail("s3.delete_objects: the keys must be a list, got " .. type(keys))
  end
  local failures = json.array({})
  local batch, singly = {}, {}
  for _, item in ipairs(keys) do
    if type(item) ~= "table" then item = { key = tostring(item) } end
    if (item.key or "") == "" then rest.fail("s3.delete_objects: a key is missing") end
    local into = xml.holds(item.key) and batch or singly
    into[#into + 1] = item
    if #batch == 1000 then
      delete_batch(self, bucket, batch, failures)
      batch = {}
    end
  end
  if #batch > 0 then delete_batch(self, bucket, batch, failures) end
  delete_singly(self, bucket, singly, failures)
  return failures
end

--- Deletes all objects whose keys begin with `prefix` (all of the bucket when it is ""), page by page;
--- returns how many were deleted, and the list of failures. `opts.versions`: with all their versions.
function Client:delete_prefix(bucket, prefix, opts)
  if type(prefix) ~= "string" then rest.fail("s3.delete_prefix: the prefix must be a string") end
  local deleted, failures = 0, json.array({})
  local function remove(keys)
    local failed = self:delete_objects(bucket, keys)
    deleted = deleted + #keys - #failed
    table.move(failed, 1, #failed, #failures + 1, failures)
  end
  if opts and opts.versions then
    remove(self:object_versions(bucket, { prefix = prefix }))
    return deleted, failures
  end
  local keys = {}
  for object in self:objects(bucket, { prefix = prefix }) do
    keys[#keys + 1] = object.key
    if #keys == 1000 then
      remove(keys)
      keys = {}
    end
  end
  if #keys > 0 then remove(keys) end
  return deleted, failures
end

return Client
