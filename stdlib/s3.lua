--- @module assay.s3
--- @description S3-compatible object storage: buckets, objects, multipart uploads, signed URLs.
--
-- Requests are signed with AWS Signature Version 4. The path and query that are sent are byte for
-- byte those that are signed, so keys may hold blanks, `+`, `%`, `//` and any UTF-8.

local rest = require("assay.internal.client")
local objects = require("assay.internal.s3_request")
local sigv4 = require("assay.internal.sigv4")
local xml = require("assay.internal.xml")

local M, Client = {}, rest.class("s3")

rest.include(Client, require("assay.internal.s3_multipart"))

M._sign = sigv4.sign

local OK, XMLNS = objects.OK, objects.XMLNS
local send, check, resource = objects.send, objects.check, objects.resource
local put_headers = objects.put_headers

--- A client: `client { endpoint, region, access_key, secret_key }`. Further options:
--- `session_token`, `path_style` (true; false puts the bucket into the host name), and those for
--- connections. What is missing comes from `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, `AWS_REGION`,
--- `AWS_DEFAULT_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
function M.client(...)
  local o = rest.options({ "endpoint" }, ...)
  o.endpoint = o.endpoint or env.get("AWS_ENDPOINT_URL_S3") or env.get("AWS_ENDPOINT_URL")
  o.region = o.region or env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION")
  if not o.access_key and not o.secret_key then
    o.access_key = env.get("AWS_ACCESS_KEY_ID")
    o.secret_key = env.get("AWS_SECRET_ACCESS_KEY")
    o.session_token = o.session_token or env.get("AWS_SESSION_TOKEN")
  end
  for _, name in ipairs { "endpoint", "region", "access_key", "secret_key" } do
    if not o[name] then rest.fail(("s3.client: %s is required"):format(name)) end
  end
  o.endpoint = o.endpoint:gsub("/+$", "")
  o.path_style = o.path_style ~= false
  o.url = o.endpoint
  return Client:new(o)
end

function Client:_headers()
  return {}
end

--- `code` and `message` of an error answer, given as its text or in an error's message.
function M.error_code(body)
  body = tostring(body)
  return xml.value(body, "Code"), xml.value(body, "Message")
end

-- Buckets

local function create_bucket(self, bucket)
  local body = ""
  if self.region ~= "us-east-1" then
    body = ('<?xml version="1.0" encoding="UTF-8"?><CreateBucketConfiguration xmlns="%s">'
      .. "<LocationConstraint>%s</LocationConstraint></CreateBucketConfiguration>"):format(
      XMLNS, xml.encode(self.region))
  end
  local headers = { ["content-type"] = "application/xml" }
  return send(self, "PUT", bucket, nil, { body = body, headers = headers })
end

--- Creates a bucket; true.
function Client:create_bucket(bucket)
  check(self, create_bucket(self, bucket), "PUT", resource(bucket), OK)
  return true
end

--- Creates a bucket unless it is there; returns whether it was created.
function Client:ensure_bucket(bucket)
  local res = create_bucket(self, bucket)
  if res.status == 409 and (self:bucket_exists(bucket)) then return false end
  check(self, res, "PUT", resource(bucket), OK)
  return true
end

--- Deletes an empty bucket; true.
function Client:delete_bucket(bucket)
  check(self, send(self, "DELETE", bucket), "DELETE", resource(bucket), OK)
  return true
end

--- The buckets: `{ name, creation_date }`.
function Client:list_buckets()
  local res = check(self, send(self, "GET"), "GET", "/", { 200 })
  local list = json.array({})
  for item in xml.blocks(res.body, "Bucket") do
    list[#list + 1] = { name = xml.value(item, "Name"), creation_date = xml.value(item, "CreationDate") }
  end
  return list
end

--- Whether a bucket is there and may be listed, and the status (403: there, but not for us).
function Client:bucket_exists(bucket)
  local res = send(self, "GET", bucket, nil, {
    -- MinIO answers a list of none without looking for the bucket
    query = { { "list-type", 2 }, { "max-keys", 1 } },
  })
  return res.status == 200, res.status
end

--- The region of a bucket.
function Client:bucket_location(bucket)
  local res = send(self, "GET", bucket, nil, { query = { { "location", "" } } })
  check(self, res, "GET", resource(bucket) .. "?location", { 200 })
  local location = xml.value(res.body, "LocationConstraint")
  return location ~= nil and location ~= "" and location or "us-east-1"
end

--- A bucket's configuration as XML: `versioning`, `lifecycle`, `policy`, `cors`, `tagging`,
--- `encryption`; nil when there is none.
function Client:bucket_config(bucket, name)
  local res = send(self, "GET", bucket, nil, { query = { { name, "" } } })
  if res.status == 404 then return nil end
  return check(self, res, "GET", resource(bucket) .. "?" .. name, { 200 }).body
end

--- Sets a bucket's configuration; true.
function Client:put_bucket_config(bucket, name, text)
  local res = send(self, "PUT", bucket, nil, {
    query = { { name, "" } }, body = text,
    headers = { ["x-amz-checksum-sha256"] = base64.encode(crypto.hash(text, "sha256", true)) },
  })
  check(self, res, "PUT", resource(bucket) .. "?" .. name, OK)
  return true
end

--- Removes a bucket's configuration; true.
function Client:delete_bucket_config(bucket, name)
  local res = send(self, "DELETE", bucket, nil, { query = { { name, "" } } })
  check(self, res, "DELETE", resource(bucket) .. "?" .. name, OK)
  return true
end

-- Objects

--- Stores an object (a string of bytes); true. `opts`: `content_type`, `metadata`, `cache_control`,
--- `acl`, `storage_class`, `server_side_encryption`, `if_none_match` (`*`: only if absent), `headers`.
function Client:put_object(bucket, key, body, opts)
  local res = send(self, "PUT", bucket, key, { body = body or "", headers = put_headers(opts) })
  check(self, res, "PUT", resource(bucket, key), OK)
  return true
end

local function get_options(opts)
  opts = opts or {}
  local headers = rest.copy(opts.headers)
  headers.range = opts.range
  headers["if-none-match"] = opts.if_none_match
  return {
    headers = headers, query = { { "versionId", opts.version_id } },
    timeout = opts.timeout, max_size = opts.max_size,
  }
end

--- An object's bytes; nil when it is absent. `opts`: `range` (`bytes=0-9`),
--- `version_id`, `if_none_match` (nil when it is the same), `max_size`, `timeout`.
function Client:get_object(bucket, key, opts)
  local res = send(self, "GET", bucket, key, get_options(opts))
  if res.status == 404 then return nil end
  if opts and opts.if_none_match and res.status == 304 then return nil, res end
  check(self, res, "GET", resource(bucket, key), { 200, opts and opts.range and 206 or 200 })
  return res.body
end

--- About an object: `{ status, headers }`; nil when it is absent.
function Client:head_object(bucket, key, opts)
  local res = send(self, "HEAD", bucket, key, get_options(opts))
  if res.status == 404 then return nil end
  check(self, res, "HEAD", resource(bucket, key), { 200 })
  return { status = res.status, headers = res.headers }
end

--- Deletes an object; true. `opts.version_id`.
function Client:delete_object(bucket, key, opts)
  local query = { { "versionId", opts and opts.version_id } }
  local res = send(self, "DELETE", bucket, key, { query = query })
  check(self, res, "DELETE", resource(bucket, key), OK)
  return true
end

-- Servers without checksums in headers want an MD5, which is no builtin's; some know no such request.
local function takes_no_batch(res)
  return res.status == 405 or res.status == 501
    or (res.status == 400 and res.body:find("Content%-?MD5") ~= nil)
end

local function delete_singly(self, bucket, keys, failures)
  for _, key in ipairs(keys) do
    local res = send(self, "DELETE", bucket, key)
    if res.status ~= 200 and res.status ~= 204 and res.status ~= 404 then
      local code, message = xml.value(res.body, "Code"), xml.value(res.body, "Message")
      failures[#failures + 1] = { key = key, code = code or "HTTP " .. res.status, message = message }
    end
  end
end

local function delete_batch(self, bucket, keys, failures)
  local parts = { ('<Delete xmlns="%s"><Quiet>true</Quiet>'):format(XMLNS) }
  for _, key in ipairs(keys) do
    parts[#parts + 1] = ("<Object><Key>%s</Key></Object>"):format(xml.encode(key))
  end
  parts[#parts + 1] = "</Delete>"
  local body = table.concat(parts)
  local res = send(self, "POST", bucket, nil, {
    query = { { "delete", "" } }, body = body,
    headers = {
      ["content-type"] = "application/xml",
      ["x-amz-sdk-checksum-algorithm"] = "SHA256",
      ["x-amz-checksum-sha256"] = base64.encode(crypto.hash(body, "sha256", true)),
    },
  })
  if takes_no_batch(res) then return delete_singly(self, bucket, keys, failures) end
  check(self, res, "POST", resource(bucket) .. "?delete", { 200 })
  for item in xml.blocks(res.body, "Error") do
    failures[#failures + 1] = {
      key = xml.value(item, "Key"), code = xml.value(item, "Code"),
      message = xml.value(item, "Message"),
    }
  end
end

--- Deletes many objects, 1000 per request; returns the list of failures `{ key, code, message }`.
function Client:delete_objects(bucket, keys)
  local failures = json.array({})
  local batch, singly = {}, {}
  for i, key in ipairs(keys) do
    if xml.holds(key) then batch[#batch + 1] = key else singly[#singly + 1] = key end
    if #batch == 1000 or (i == #keys and #batch > 0) then
      delete_batch(self, bucket, batch, failures)
      batch = {}
    end
  end
  delete_singly(self, bucket, singly, failures)
  return failures
end

--- Copies an object; true. `opts` as for `put_object`, and `version_id` (of the source); new metadata
--- needs `metadata_directive = "REPLACE"`.
function Client:copy_object(src_bucket, src_key, dst_bucket, dst_key, opts)
  local headers = put_headers(opts)
  headers["x-amz-copy-source"] = rest.with_query(
    "/" .. url.encode(src_bucket) .. "/" .. rest.escape_path(src_key),
    { versionId = opts and opts.version_id })
  headers["x-amz-metadata-directive"] = opts and opts.metadata_directive
  local res = send(self, "PUT", dst_bucket, dst_key, { headers = headers })
  -- a copy that fails half way is answered with 200 and an error
  if res.status ~= 200 or res.body:find("<Error>", 1, true) then
    self:_fail("COPY", ("%s -> %s"):format(resource(src_bucket, src_key),
      resource(dst_bucket, dst_key)), res)
  end
  return true
end

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
  local res = send(self, "GET", bucket, nil, { query = {
    { "list-type", 2 }, { "prefix", opts.prefix }, { "max-keys", opts.max_keys },
    { "continuation-token", token }, { "delimiter", opts.delimiter },
    { "start-after", opts.start_after }, { "encoding-type", opts.encoding_type },
    { "fetch-owner", opts.fetch_owner },
  } })
  check(self, res, "GET", resource(bucket) .. "?list-type=2", { 200 })
  return read_page(res)
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
  local seen = opts.continuation_token
  while all and page.is_truncated and (page.next_continuation_token or "") ~= ""
    and page.next_continuation_token ~= seen do
    seen = page.next_continuation_token
    local more = list_page(self, bucket, opts, seen)
    table.move(more.objects, 1, #more.objects, #page.objects + 1, page.objects)
    table.move(more.common_prefixes, 1, #more.common_prefixes, #page.common_prefixes + 1,
      page.common_prefixes)
    page.is_truncated = more.is_truncated
    page.next_continuation_token = more.next_continuation_token
    page.key_count = page.key_count + more.key_count
  end
  return page
end

--- The versions of objects, newest first for each key: `{ key, version_id, is_latest, is_deleted,
--- size, last_modified, etag }`; `opts`: `prefix`, `max_keys` (of a page), `all` (false: the first
--- page only).
function Client:object_versions(bucket, opts)
  local list = json.array({})
  local key, version
  repeat
    local res = send(self, "GET", bucket, nil, { query = {
      { "versions", "" }, { "prefix", opts and opts.prefix }, { "max-keys", opts and opts.max_keys },
      { "key-marker", key }, { "version-id-marker", version },
    } })
    check(self, res, "GET", resource(bucket) .. "?versions", { 200 })
    -- two kinds of elements, in one order
    for kind, item in res.body:gmatch("<(%a+)>(%s*<.-)</%1>") do
      if kind == "Version" or kind == "DeleteMarker" then
        list[#list + 1] = {
          key = xml.value(item, "Key"), version_id = xml.value(item, "VersionId"),
          is_latest = xml.value(item, "IsLatest") == "true", is_deleted = kind == "DeleteMarker",
          size = math.tointeger(tonumber(xml.value(item, "Size"))),
          last_modified = xml.value(item, "LastModified"), etag = xml.value(item, "ETag"),
        }
      end
    end
    key, version = xml.value(res.body, "NextKeyMarker"), xml.value(res.body, "NextVersionIdMarker")
  until xml.value(res.body, "IsTruncated") ~= "true" or not key or (opts and opts.all == false)
  return list
end

--- `for object in c:objects(bucket, opts) do`: page by page, for buckets of any size.
function Client:objects(bucket, opts)
  opts = opts or {}
  local page, i = nil, 0
  return function()
    while true do
      if not page then page, i = list_page(self, bucket, opts, opts.continuation_token), 0 end
      i = i + 1
      if page.objects[i] then return page.objects[i] end
      local token = page.next_continuation_token
      if not page.is_truncated or not token or token == "" then return nil end
      page, i = list_page(self, bucket, opts, token), 0
    end
  end
end

-- Signed URLs

--- A URL with which anyone may do one thing for a time: `opts.method` (GET), `opts.expires` (seconds,
--- 3600), `opts.headers` (must then be sent as given), `opts.query` (a list of pairs, e.g.
--- `response-content-disposition`), `opts.time` (now).
function Client:presign(bucket, key, opts)
  opts = opts or {}
  local origin, host, path = objects.locate(self, bucket, key)
  local now = math.floor(opts.time or time())
  local date = os.date("!%Y%m%dT%H%M%SZ", now)
  local headers = rest.copy(opts.headers, { host = host })
  local _, signed_headers = sigv4.headers(headers)
  local scope = ("%s/%s/s3/aws4_request"):format(date:sub(1, 8), self.region)
  local query = {
    { "X-Amz-Algorithm", "AWS4-HMAC-SHA256" },
    { "X-Amz-Credential", self.access_key .. "/" .. scope },
    { "X-Amz-Date", date },
    { "X-Amz-Expires", opts.expires or 3600 },
    { "X-Amz-SignedHeaders", signed_headers },
    { "X-Amz-Security-Token", self.session_token },
  }
  -- the token may be nil: positions are explicit
  for i, pair in ipairs(opts.query or {}) do query[6 + i] = pair end
  local signed = sigv4.sign {
    method = opts.method or "GET", path = path, query = query, headers = headers,
    payload_hash = "UNSIGNED-PAYLOAD", time = now, region = self.region,
    access_key = self.access_key, secret_key = self.secret_key,
  }
  return ("%s%s?%s&X-Amz-Signature=%s"):format(origin, path, sigv4.query(query), signed.signature)
end

return M
