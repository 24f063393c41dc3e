--- @module assay.s3
--- @description S3-compatible object storage: buckets, objects, multipart uploads, signed URLs.
--
-- Requests are signed with AWS Signature Version 4. The path and query that are sent are byte for
-- byte those that are signed, so keys may hold blanks, `+`, `%`, `//` and any UTF-8.

local rest = require("assay.internal.client")

local M, Client = {}, rest.class("s3")

local EMPTY_HASH = crypto.hash("")
local UNSIGNED = "UNSIGNED-PAYLOAD"
local XMLNS = "http://s3.amazonaws.com/doc/2006-03-01/"
local MIN_PART = 5 * 1024 * 1024
local DEFAULT_PART = 8 * 1024 * 1024
local SLOW_DOWN_RETRIES = 3

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

-- Signatures

-- sorted by name, then by value, encoded (step 5 of the specification)
local function canonical_query(fields)
  local pairs_ = {}
  for _, pair in ipairs(fields) do
    if pair[2] ~= nil then
      pairs_[#pairs_ + 1] = { url.encode(pair[1]), url.encode(rest.text(pair[2])) }
    end
  end
  table.sort(pairs_, function(a, b)
    if a[1] ~= b[1] then return a[1] < b[1] end
    return a[2] < b[2]
  end)
  for i, pair in ipairs(pairs_) do pairs_[i] = pair[1] .. "=" .. pair[2] end
  return table.concat(pairs_, "&")
end

local function canonical_headers(headers)
  local names, values = {}, {}
  for name, value in pairs(headers) do
    local lower = name:lower()
    names[#names + 1] = lower
    values[lower] = rest.text(value):match("^%s*(.-)%s*$"):gsub("%s+", " ")
  end
  table.sort(names)
  local lines = {}
  for i, name in ipairs(names) do lines[i] = name .. ":" .. values[name] .. "\n" end
  return table.concat(lines), table.concat(names, ";")
end

local function signing_key(secret_key, date, region, service)
  local key = crypto.hmac("AWS4" .. secret_key, date, "sha256", true)
  for _, part in ipairs { region, service, "aws4_request" } do
    key = crypto.hmac(key, part, "sha256", true)
  end
  return key
end

--- The signature of a request `{ method, path, query, headers, payload_hash, time, region,
--- access_key, secret_key, service }`: `path` is encoded, `query` a list of pairs, `headers` are all
--- that are signed, `time` is Unix seconds. Returns `{ signature, authorization, canonical_request,
--- signed_headers, scope }`.
function M._sign(request)
  local amz_date = os.date("!%Y%m%dT%H%M%SZ", request.time)
  local date = amz_date:sub(1, 8)
  local service = request.service or "s3"
  local scope = ("%s/%s/%s/aws4_request"):format(date, request.region, service)
  local header_lines, signed_headers = canonical_headers(request.headers)
  local canonical = table.concat({
    request.method, request.path, canonical_query(request.query or {}), header_lines,
    signed_headers, request.payload_hash,
  }, "\n")
  local to_sign = table.concat({ "AWS4-HMAC-SHA256", amz_date, scope, crypto.hash(canonical) }, "\n")
  local key = signing_key(request.secret_key, date, request.region, service)
  local signature = crypto.hmac(key, to_sign)
  return {
    signature = signature,
    canonical_request = canonical,
    signed_headers = signed_headers,
    scope = scope,
    authorization = ("AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s"):format(
      request.access_key, scope, signed_headers, signature),
  }
end

-- Scheme, host (without a default port) and path in front of buckets.
local function endpoint_parts(endpoint)
  local scheme, host, prefix = endpoint:match("^(https?)://([^/]+)(.*)$")
  if not scheme then rest.fail("s3: endpoint must begin with http:// or https://: " .. endpoint) end
  host = host:lower():gsub(scheme == "https" and ":443$" or ":80$", "")
  return scheme, host, (prefix:gsub("/+$", ""))
end

-- Where a bucket or object is: origin, host and encoded path.
local function locate(self, bucket, key)
  local scheme, host, prefix = endpoint_parts(self.endpoint)
  local path = prefix
  if bucket and self.path_style then path = path .. "/" .. url.encode(bucket)
  elseif bucket then host = bucket .. "." .. host end
  if key then path = path .. "/" .. rest.escape_path(key) end
  if path == "" then path = "/" end
  return scheme .. "://" .. host, host, path
end

local function resource(bucket, key)
  return "/" .. (bucket or "") .. (key and "/" .. key or "")
end

-- Sends a signed request; `o` may hold query (pairs), headers, body.
local function send(self, method, bucket, key, o)
  o = o or {}
  local origin, host, path = locate(self, bucket, key)
  local query = canonical_query(o.query or {})
  local target = origin .. path .. (query ~= "" and "?" .. query or "")
  local payload_hash = (o.body and o.body ~= "") and crypto.hash(o.body) or EMPTY_HASH
  local attempt = 0
  while true do
    local now = math.floor(time())
    local headers = rest.copy(o.headers)
    headers["x-amz-date"] = os.date("!%Y%m%dT%H%M%SZ", now)
    headers["x-amz-content-sha256"] = payload_hash
    headers["x-amz-security-token"] = self.session_token
    local signed = M._sign {
      method = method, path = path, query = o.query, headers = rest.copy(headers, { host = host }),
      payload_hash = payload_hash, time = now, region = self.region,
      access_key = self.access_key, secret_key = self.secret_key,
    }
    headers.Authorization = signed.authorization
    local res = self:_send(method, target, {
      headers = headers, body = o.body, timeout = o.timeout, max_size = o.max_size,
      -- a redirect would need another signature
      follow_redirects = false,
    })
    attempt = attempt + 1
    local slow = res.status == 503 and res.body:find("SlowDown", 1, true)
    if not slow or attempt > (self.retries or SLOW_DOWN_RETRIES) then return res end
    sleep(math.min(0.2 * 2 ^ attempt, 5))
  end
end

local function check(self, res, verb, what, ok)
  for _, status in ipairs(ok) do
    if res.status == status then return res end
  end
  self:_fail(verb, what, res)
end

local OK = { 200, 204 }

-- XML

local ENTITIES = { amp = "&", lt = "<", gt = ">", quot = '"', apos = "'" }

local function xml_decode(text)
  return (text:gsub("&(#?)(x?)(%w+);", function(hash, x, name)
    if hash == "" then return ENTITIES[x .. name] end
    local code = tonumber(name, x == "x" and 16 or 10)
    return code and utf8.char(code)
  end))
end

local function xml_encode(text)
  return (text:gsub('[&<>"\r]', {
    ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["\r"] = "&#13;",
  }))
end

local function block(xml, tag)
  return xml:match("<" .. tag .. ">(.-)</" .. tag .. ">")
    or xml:match("<" .. tag .. "%s[^>]*>(.-)</" .. tag .. ">")
end

local function value(xml, tag)
  local found = block(xml, tag)
  return found and xml_decode(found)
end

local function blocks(xml, tag)
  return xml:gmatch("<" .. tag .. ">(.-)</" .. tag .. ">")
end

--- `code` and `message` of an error answer.
function M.error_code(body)
  return value(body, "Code"), value(body, "Message")
end

-- Buckets

local function create_bucket(self, bucket)
  local body = ""
  if self.region ~= "us-east-1" then
    body = ('<?xml version="1.0" encoding="UTF-8"?><CreateBucketConfiguration xmlns="%s">'
      .. "<LocationConstraint>%s</LocationConstraint></CreateBucketConfiguration>"):format(
      XMLNS, xml_encode(self.region))
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
  for xml in blocks(res.body, "Bucket") do
    list[#list + 1] = { name = value(xml, "Name"), creation_date = value(xml, "CreationDate") }
  end
  return list
end

--- Whether a bucket is there and may be listed, and the status (403: there, but not for us).
function Client:bucket_exists(bucket)
  local res = send(self, "GET", bucket, nil, {
    query = { { "list-type", 2 }, { "max-keys", 0 } },
  })
  return res.status == 200, res.status
end

--- The region of a bucket.
function Client:bucket_location(bucket)
  local res = send(self, "GET", bucket, nil, { query = { { "location", "" } } })
  check(self, res, "GET", resource(bucket) .. "?location", { 200 })
  local location = value(res.body, "LocationConstraint")
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

local PUT_HEADERS = {
  content_type = "content-type", cache_control = "cache-control",
  content_disposition = "content-disposition", content_encoding = "content-encoding",
  acl = "x-amz-acl", storage_class = "x-amz-storage-class",
  server_side_encryption = "x-amz-server-side-encryption", kms_key_id =
    "x-amz-server-side-encryption-aws-kms-key-id",
  if_none_match = "if-none-match", if_match = "if-match",
}

local function put_headers(opts)
  opts = opts or {}
  local headers = rest.copy(opts.headers)
  for option, header in pairs(PUT_HEADERS) do
    if opts[option] ~= nil then headers[header] = opts[option] end
  end
  for name, text in pairs(opts.metadata or {}) do headers["x-amz-meta-" .. name:lower()] = text end
  return headers
end

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

--- An object's bytes and the response; nil when it is absent. `opts`: `range` (`bytes=0-9`),
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

--- Deletes many objects, 1000 per request; returns the list of failures `{ key, code, message }`.
function Client:delete_objects(bucket, keys)
  local failures = json.array({})
  for first = 1, #keys, 1000 do
    local parts = { ('<Delete xmlns="%s"><Quiet>true</Quiet>'):format(XMLNS) }
    for i = first, math.min(first + 999, #keys) do
      parts[#parts + 1] = ("<Object><Key>%s</Key></Object>"):format(xml_encode(keys[i]))
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
    check(self, res, "POST", resource(bucket) .. "?delete", { 200 })
    for xml in blocks(res.body, "Error") do
      failures[#failures + 1] = {
        key = value(xml, "Key"), code = value(xml, "Code"), message = value(xml, "Message"),
      }
    end
  end
  return failures
end

--- Copies an object; true. `opts` as for `put_object`; new metadata needs
--- `metadata_directive = "REPLACE"`.
function Client:copy_object(src_bucket, src_key, dst_bucket, dst_key, opts)
  local headers = put_headers(opts)
  headers["x-amz-copy-source"] = "/" .. url.encode(src_bucket) .. "/" .. rest.escape_path(src_key)
  headers["x-amz-metadata-directive"] = opts and opts.metadata_directive
  local res = send(self, "PUT", dst_bucket, dst_key, { headers = headers })
  -- a copy that fails half way is answered with 200 and an error
  if res.status ~= 200 or res.body:find("<Error>", 1, true) then
    self:_fail("COPY", ("%s -> %s"):format(resource(src_bucket, src_key),
      resource(dst_bucket, dst_key)), res)
  end
  return true
end

local function read_page(res)
  local xml = res.body
  local decode = value(xml, "EncodingType") == "url" and url.decode or function(s) return s end
  local page = {
    objects = json.array({}),
    common_prefixes = json.array({}),
    is_truncated = value(xml, "IsTruncated") == "true",
    next_continuation_token = value(xml, "NextContinuationToken"),
    key_count = math.tointeger(tonumber(value(xml, "KeyCount"))) or 0,
  }
  for item in blocks(xml, "Contents") do
    page.objects[#page.objects + 1] = {
      key = decode(value(item, "Key") or ""),
      size = math.tointeger(tonumber(value(item, "Size"))) or 0,
      last_modified = value(item, "LastModified"),
      etag = value(item, "ETag"),
      storage_class = value(item, "StorageClass"),
    }
  end
  for item in blocks(xml, "CommonPrefixes") do
    page.common_prefixes[#page.common_prefixes + 1] = decode(value(item, "Prefix") or "")
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

-- Multipart uploads

--- Begins an upload in parts; returns its id. `opts` as for `put_object`.
function Client:create_multipart_upload(bucket, key, opts)
  local res = send(self, "POST", bucket, key, {
    query = { { "uploads", "" } }, headers = put_headers(opts),
  })
  check(self, res, "POST", resource(bucket, key) .. "?uploads", { 200 })
  return value(res.body, "UploadId")
end

--- Stores part `number` (from 1; all but the last at least 5 MiB); returns its etag.
function Client:upload_part(bucket, key, upload_id, number, body)
  local res = send(self, "PUT", bucket, key, {
    query = { { "partNumber", number }, { "uploadId", upload_id } }, body = body,
  })
  check(self, res, "PUT", resource(bucket, key) .. "?partNumber=" .. number, { 200 })
  return res.headers.etag
end

--- Makes an object of parts, given by their etags in order; returns the object's etag.
function Client:complete_multipart_upload(bucket, key, upload_id, etags)
  local parts = {}
  for i, etag in ipairs(etags) do
    parts[i] = ("<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>"):format(
      i, xml_encode(etag))
  end
  local res = send(self, "POST", bucket, key, {
    query = { { "uploadId", upload_id } },
    headers = { ["content-type"] = "application/xml" },
    body = ('<CompleteMultipartUpload xmlns="%s">%s</CompleteMultipartUpload>'):format(
      XMLNS, table.concat(parts)),
  })
  -- may fail after the headers are sent
  if res.status ~= 200 or res.body:find("<Error>", 1, true) then
    self:_fail("POST", resource(bucket, key) .. "?uploadId", res)
  end
  return value(res.body, "ETag")
end

--- Gives an upload up and frees its parts; true.
function Client:abort_multipart_upload(bucket, key, upload_id)
  local res = send(self, "DELETE", bucket, key, { query = { { "uploadId", upload_id } } })
  check(self, res, "DELETE", resource(bucket, key) .. "?uploadId", OK)
  return true
end

--- The uploads that are neither complete nor aborted: `{ key, upload_id, initiated }`.
function Client:list_multipart_uploads(bucket)
  local res = send(self, "GET", bucket, nil, { query = { { "uploads", "" } } })
  check(self, res, "GET", resource(bucket) .. "?uploads", { 200 })
  local list = json.array({})
  for xml in blocks(res.body, "Upload") do
    list[#list + 1] = {
      key = value(xml, "Key"), upload_id = value(xml, "UploadId"),
      initiated = value(xml, "Initiated"),
    }
  end
  return list
end

-- Calls `store(part)` for parts of the size, of a string, `{ file = path }` or a reader function.
local function each_part(source, size, store)
  if type(source) == "string" then
    for first = 1, #source, size do store(source:sub(first, first + size - 1)) end
  elseif type(source) == "table" then
    local file <close> = assert(io.open(source.file, "rb"))
    for part in file:lines(size) do store(part) end
  else
    local pending, length = {}, 0
    local function flush()
      local all = table.concat(pending)
      pending, length = {}, 0
      while #all >= size do
        store(all:sub(1, size))
        all = all:sub(size + 1)
      end
      return all
    end
    for chunk in source do
      pending[#pending + 1], length = chunk, length + #chunk
      if length >= size then
        local left = flush()
        if left ~= "" then pending, length = { left }, #left end
      end
    end
    local last = flush()
    if last ~= "" then store(last) end
  end
end

--- Stores an object of any size: a string, `{ file = path }`, or a function that returns pieces
--- until nil. Parts of `opts.part_size` (8 MiB) are sent one by one; what fits into one is sent
--- without. A failed upload is aborted. Other `opts` as for `put_object`. Returns true.
function Client:upload(bucket, key, source, opts)
  local size = math.max(opts and opts.part_size or DEFAULT_PART, MIN_PART)
  local upload_id, held
  local etags = {}
  local function store(part)
    -- the first is held back until there is a second
    if not upload_id and not held then
      held = part
      return
    end
    if not upload_id then
      upload_id = self:create_multipart_upload(bucket, key, opts)
      etags[1] = self:upload_part(bucket, key, upload_id, 1, held)
    end
    etags[#etags + 1] = self:upload_part(bucket, key, upload_id, #etags + 1, part)
  end
  local ok, err = pcall(function()
    each_part(source, size, store)
    if upload_id then self:complete_multipart_upload(bucket, key, upload_id, etags)
    else self:put_object(bucket, key, held, opts) end
  end)
  if not ok then
    if upload_id then pcall(self.abort_multipart_upload, self, bucket, key, upload_id) end
    error(err, 0)
  end
  return true
end

-- Signed URLs

--- A URL with which anyone may do one thing for a time: `opts.method` (GET), `opts.expires` (seconds,
--- 3600), `opts.headers` (must then be sent as given), `opts.query` (a list of pairs, e.g.
--- `response-content-disposition`), `opts.time` (now).
function Client:presign(bucket, key, opts)
  opts = opts or {}
  local origin, host, path = locate(self, bucket, key)
  local now = math.floor(opts.time or time())
  local date = os.date("!%Y%m%dT%H%M%SZ", now)
  local headers = rest.copy(opts.headers, { host = host })
  local _, signed_headers = canonical_headers(headers)
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
  local signed = M._sign {
    method = opts.method or "GET", path = path, query = query, headers = headers,
    payload_hash = UNSIGNED, time = now, region = self.region,
    access_key = self.access_key, secret_key = self.secret_key,
  }
  return ("%s%s?%s&X-Amz-Signature=%s"):format(origin, path, canonical_query(query), signed.signature)
end

return M
