--- @module assay.internal.s3_request
--- @description Signed requests to object storage, for `assay.s3`.

local rest = require("assay.internal.client")
local credentials = require("assay.internal.s3_credentials")
local sigv4 = require("assay.internal.sigv4")

local s3 = { OK = { 200, 204 }, XMLNS = "http://s3.amazonaws.com/doc/2006-03-01/" }

local EMPTY_HASH = crypto.hash("")
local SLOW_DOWN_RETRIES = 3

-- Scheme, host (without a default port) and path in front of buckets.
local function endpoint_parts(endpoint)
  local scheme, host, prefix = endpoint:match("^(https?)://([^/]+)(.*)$")
  if not scheme then rest.fail("s3: endpoint must begin with http:// or https://: " .. endpoint) end
  host = host:lower():gsub(scheme == "https" and ":443$" or ":80$", "")
  return scheme, host, (prefix:gsub("/+$", ""))
end

--- Where a bucket or object is: origin, host and encoded path. Requests about no bucket or about no
--- object have false there. A name that is nil or empty is refused: the request would be about
--- something else, such as the bucket instead of the object.
function s3.locate(self, bucket, key)
  if bucket == nil or bucket == "" then rest.fail("s3: the name of the bucket is missing") end
  for what, name in pairs { ["name of the bucket"] = bucket, ["key of the object"] = key } do
    if name and type(name) ~= "string" and type(name) ~= "number" then
      rest.fail(("s3: the %s must be a text, got a %s"):format(what, type(name)))
    end
  end
  if key == nil or key == "" then
    rest.fail(("s3: the key of the object in %s is missing"):format(tostring(bucket)))
  end
  local scheme, host, prefix = endpoint_parts(self.endpoint)
  local path = prefix
  if bucket and self.path_style then path = path .. "/" .. url.encode(bucket)
  elseif bucket then host = bucket .. "." .. host end
  if key then path = path .. "/" .. rest.escape_path(key) end
  -- URLs are normalised on their way, even as %2E: the request would be about something else
  if (path .. "/"):find("/%.%.?/") then
    rest.fail(("s3: %s: a part `.` or `..` can't be sent in a URL"):format(s3.resource(bucket, key)))
  end
  if path == "" then path = "/" end
  return scheme .. "://" .. host, host, path
end

--- A bucket or object in errors.
function s3.resource(bucket, key)
  return "/" .. (bucket or "") .. (key and "/" .. key or "")
end

--- Where the bytes of a copy come from, for the header `x-amz-copy-source`; `opts.version_id`.
function s3.source(bucket, key, opts)
  if (bucket or "") == "" or (key or "") == "" then
    rest.fail("s3: the bucket or the key of the source is missing")
  end
  local version = opts and opts.version_id
  return "/" .. url.encode(bucket) .. "/" .. rest.escape_path(key)
    .. (version and "?versionId=" .. url.encode(version) or "")
end

--- The headers of an XML body whose checksum servers want.
function s3.checked(body)
  return {
    ["content-type"] = "application/xml",
    ["x-amz-sdk-checksum-algorithm"] = "SHA256",
    ["x-amz-checksum-sha256"] = base64.encode(crypto.hash(body, "sha256", true)),
  }
end

--- A request signed at this moment: `{ target, headers }`; `o` may hold query (pairs), headers,
--- body.
function s3.signed(self, method, bucket, key, o)
  local origin, host, path = s3.locate(self, bucket, key)
  local query = sigv4.query(o.query or {})
  local payload_hash = (o.body and o.body ~= "") and crypto.hash(o.body) or EMPTY_HASH
  local keys = credentials.of(self)
  local now = math.floor(time())
  local headers = rest.merge_headers(sigv4.amz(self.headers), o.headers, {
    ["x-amz-date"] = os.date("!%Y%m%dT%H%M%SZ", now),
    ["x-amz-content-sha256"] = payload_hash,
    ["x-amz-security-token"] = keys.session_token,
  })
  headers.Authorization = sigv4.sign({
    method = method, path = path, query = o.query, headers = rest.copy(headers, { host = host }),
    payload_hash = payload_hash, time = now, region = self.region,
    access_key = keys.access_key, secret_key = keys.secret_key,
  }).authorization
  return { target = origin .. path .. (query ~= "" and "?" .. query or ""), headers = headers }
end

--- Sends a signed request, with `bucket` and `key` as for `locate`; `o` may hold query (pairs), headers, body, timeout, max_size.
function s3.send(self, method, bucket, key, o)
  o = o or {}
  if o.body ~= nil and type(o.body) ~= "string" then
    rest.fail(("s3: %s %s: the body must be a string, not a %s"):format(
      method, s3.resource(bucket, key), type(o.body)))
  end
  local attempt = 0
  while true do
    local signed = s3.signed(self, method, bucket, key, o)
    local res = self:_send(method, signed.target, {
      headers = signed.headers, body = o.body, timeout = o.timeout, max_size = o.max_size,
      -- a redirect would need another signature
      follow_redirects = false,
    })
    attempt = attempt + 1
    local slow = res.status == 503 and res.body:find("SlowDown", 1, true)
    if not slow or attempt > (self.retries or SLOW_DOWN_RETRIES) then return res end
    sleep(math.min(0.2 * 2 ^ attempt, 5))
  end
end

--- The response, if its status is among those of `ok`.
function s3.check(self, res, verb, what, ok)
  for _, status in ipairs(ok) do
    if res.status == status then return res end
  end
  self:_fail(verb, what, res)
end

--- The response, if its status is 200 and its body is XML: what else answers at an address (a console,
--- a proxy's page) would be an empty list, or a success.
function s3.document(self, res, verb, what)
  s3.check(self, res, verb, what, { 200 })
  local start = res.body:gsub("^\xEF\xBB\xBF", ""):match("^%s*<([%w?]%w*)")
  if not start or start:lower() == "html" then
    rest.fail(("s3: %s %s: the answer is no XML of object storage%s"):format(verb, what,
      res.body ~= "" and ": " .. res.body:sub(1, 200) or ""))
  end
  return res
end

local PUT_HEADERS = {
  content_type = "content-type", cache_control = "cache-control",
  content_disposition = "content-disposition", content_encoding = "content-encoding",
  acl = "x-amz-acl", storage_class = "x-amz-storage-class",
  server_side_encryption = "x-amz-server-side-encryption", kms_key_id =
    "x-amz-server-side-encryption-aws-kms-key-id",
  if_none_match = "if-none-match", if_match = "if-match",
}

--- The headers of the options of an upload; those in `opts.headers` come before the others.
function s3.put_headers(opts)
  opts = opts or {}
  local headers = {}
  for option, header in pairs(PUT_HEADERS) do
    if opts[option] ~= nil then headers[header] = opts[option] end
  end
  if opts.tags then headers["x-amz-tagging"] = rest.query(opts.tags) end
  for name, text in pairs(opts.metadata or {}) do headers["x-amz-meta-" .. name:lower()] = rest.text(text) end
  return rest.merge_headers(headers, opts.headers)
end

return s3
