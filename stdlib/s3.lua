--- @module assay.s3
--- @description S3-compatible object storage: buckets, objects, multipart uploads, signed URLs.
--
-- Requests are signed with AWS Signature Version 4. The path and query that are sent are byte for
-- byte those that are signed, so keys may hold blanks, `+`, `%`, `//` and any UTF-8.

local rest = require("assay.internal.client")
local credentials = require("assay.internal.s3_credentials")
local objects = require("assay.internal.s3_request")
local sigv4 = require("assay.internal.sigv4")
local xml = require("assay.internal.xml")

local M, Client = {}, rest.class("s3", {
  "region", "access_key", "secret_key", "session_token", "expires", "path_style", "sts_endpoint", "role_arn",
  "role_session_name", "role_duration", "web_identity_token", "web_identity_token_file",
})
Client._address = "endpoint"

rest.include(Client, require("assay.internal.s3_lists"))
rest.include(Client, require("assay.internal.s3_multipart"))

M._sign = sigv4.sign

local OK, XMLNS = objects.OK, objects.XMLNS
local send, check, resource = objects.send, objects.check, objects.resource
local put_headers = objects.put_headers

--- A client: `client { endpoint, region, access_key, secret_key }`. Further options:
--- `session_token`, `path_style` (true; false puts the bucket into the host name), and those for
--- connections. What is missing comes from `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, `AWS_REGION`,
--- `AWS_DEFAULT_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`. Instead
--- of keys: `role_arn` and `web_identity_token_file` (or `AWS_ROLE_ARN` and
--- `AWS_WEB_IDENTITY_TOKEN_FILE`, as pods with a role of AWS have them), or the agent at
--- `AWS_CONTAINER_CREDENTIALS_FULL_URI` (EKS Pod Identity). Such keys are renewed before they end.
function M.client(...)
  return Client:new(rest.options({ "endpoint" }, ...))
end

function Client:_complete(o)
  local set = credentials.env
  o.endpoint = o.endpoint or set("AWS_ENDPOINT_URL_S3") or set("AWS_ENDPOINT_URL")
  o.region = o.region or set("AWS_REGION") or set("AWS_DEFAULT_REGION")
  credentials.find(o)
  for _, name in ipairs { "endpoint", "region", "access_key", "secret_key" } do
    local is_fetched = o._fetch_keys and name:find("_key$")
    if not o[name] and not is_fetched then rest.fail(("s3.client: %s is required"):format(name)) end
  end
  o.endpoint = o.endpoint:gsub("/+$", "")
  o.path_style = o.path_style ~= false
  o.url = o.endpoint
end

--- A client with the temporary keys of a role; its field `expires` says until when (Unix seconds).
--- `opts`: `session_name`, `duration` (seconds), `policy` (a table or JSON text that narrows what it
--- may), `external_id`, `sts_endpoint`. MinIO and Ceph take any text for the role.
function Client:assume_role(role_arn, opts)
  local client = self:with { sts_endpoint = opts and opts.sts_endpoint }
  local keys = credentials.assume(client, role_arn, opts or {})
  return self:with(keys)
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
  return send(self, "PUT", bucket, false, { body = body, headers = headers })
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
  check(self, send(self, "DELETE", bucket, false), "DELETE", resource(bucket), OK)
  return true
end

--- The buckets: `{ name, creation_date }`.
function Client:list_buckets()
  local res = objects.document(self, send(self, "GET", false, false), "GET", "/")
  local list = json.array({})
  for item in xml.blocks(res.body, "Bucket") do
    list[#list + 1] = { name = xml.value(item, "Name"), creation_date = xml.value(item, "CreationDate") }
  end
  return list
end

--- Whether a bucket is there and may be listed, and the status (403: there, but not for us).
function Client:bucket_exists(bucket)
  local res = send(self, "GET", bucket, false, {
    -- MinIO answers a list of none without looking for the bucket
    query = { { "list-type", 2 }, { "max-keys", 1 } },
  })
  return res.status == 200, res.status
end

--- The region of a bucket.
function Client:bucket_location(bucket)
  local res = send(self, "GET", bucket, false, { query = { { "location", "" } } })
  objects.document(self, res, "GET", resource(bucket) .. "?location")
  local location = xml.value(res.body, "LocationConstraint")
  return location ~= nil and location ~= "" and location or "us-east-1"
end

-- Without the name of a configuration a request would be about the bucket, such as its deletion.
local function configuration(name)
  if type(name) ~= "string" or name == "" then rest.fail("s3: the name of the configuration is missing") end
  return { { name, "" } }
end

--- A bucket's configuration as XML: `versioning`, `lifecycle`, `policy`, `cors`, `tagging`,
--- `encryption`; nil when there is none.
function Client:bucket_config(bucket, name)
  local res = send(self, "GET", bucket, false, { query = configuration(name) })
  if res.status == 404 then return nil end
  return check(self, res, "GET", resource(bucket) .. "?" .. name, { 200 }).body
end

--- Sets a bucket's configuration; true.
function Client:put_bucket_config(bucket, name, text)
  local res = send(self, "PUT", bucket, false, {
    query = configuration(name), body = text,
    headers = { ["x-amz-checksum-sha256"] = base64.encode(crypto.hash(text, "sha256", true)) },
  })
  check(self, res, "PUT", resource(bucket) .. "?" .. name, OK)
  return true
end

--- Removes a bucket's configuration; true.
function Client:delete_bucket_config(bucket, name)
  local res = send(self, "DELETE", bucket, false, { query = configuration(name) })
  check(self, res, "DELETE", resource(bucket) .. "?" .. name, OK)
  return true
end

-- Objects

--- Stores an object (a string of bytes); true. `opts`: `content_type`, `metadata`, `cache_control`,
--- `acl`, `storage_class`, `server_side_encryption`, `tags` (a table), `if_none_match` (`*`: only if
--- absent), `headers`, `timeout`.
function Client:put_object(bucket, key, body, opts)
  local res = send(self, "PUT", bucket, key, {
    body = body or "", headers = put_headers(opts), timeout = opts and opts.timeout,
  })
  check(self, res, "PUT", resource(bucket, key), OK)
  return true
end

local function get_options(opts)
  opts = opts or {}
  local own = { range = opts.range, ["if-none-match"] = opts.if_none_match }
  return {
    headers = rest.merge_headers(own, opts.headers), query = { { "versionId", opts.version_id } },
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

local function save(self, bucket, key, path, o)
  local signed = objects.signed(self, "GET", bucket, key, o)
  return self:_download(signed.target, path, {
    headers = signed.headers, timeout = o.timeout or self.timeout, max_size = o.max_size,
    follow_redirects = false, decompress = false,
  })
end

--- Saves an object as a file, of any size; returns its size, nil when it is absent. `opts`:
--- `version_id`, `max_size`, `timeout` (none: as long as bytes arrive).
function Client:download(bucket, key, path, opts)
  local ok, result = pcall(save, self, bucket, key, path, get_options(opts))
  if ok then return result end
  if not tostring(result):find(": status %d+$") then error(result, 0) end
  -- a second request tells why, and waits when the server is busy
  local o = get_options(opts)
  o.headers = rest.merge_headers(o.headers, { range = "bytes=0-0" })
  local res = send(self, "GET", bucket, key, o)
  if res.status == 404 then return nil end
  check(self, res, "GET", resource(bucket, key), { 200, 206, 416 })
  return save(self, bucket, key, path, get_options(opts))
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

--- Copies an object; true. `opts` as for `put_object`; new metadata needs
--- `metadata_directive = "REPLACE"`; `opts.version_id` of the source.
function Client:copy_object(src_bucket, src_key, dst_bucket, dst_key, opts)
  local headers = rest.merge_headers({
    ["x-amz-metadata-directive"] = opts and opts.metadata_directive,
  }, put_headers(opts), { ["x-amz-copy-source"] = objects.source(src_bucket, src_key, opts) })
  local res = send(self, "PUT", dst_bucket, dst_key, { headers = headers })
  -- a copy that fails half way is answered with 200 and an error
  local what = ("%s -> %s"):format(resource(src_bucket, src_key), resource(dst_bucket, dst_key))
  if res.status ~= 200 or res.body:find("<Error>", 1, true) then self:_fail("COPY", what, res) end
  if res.body ~= "" then objects.document(self, res, "COPY", what) end
  return true
end

-- Tags

--- The tags of an object: names to values; nil when the object is absent. `opts.version_id`.
function Client:get_object_tags(bucket, key, opts)
  local query = { { "tagging", "" }, { "versionId", opts and opts.version_id } }
  local res = send(self, "GET", bucket, key, { query = query })
  if res.status == 404 then return nil end
  objects.document(self, res, "GET", resource(bucket, key) .. "?tagging")
  local tags = {}
  for item in xml.blocks(res.body, "Tag") do
    tags[xml.value(item, "Key")] = xml.value(item, "Value") or ""
  end
  return tags
end

--- Replaces the tags of an object; true. `opts.version_id`.
function Client:put_object_tags(bucket, key, tags, opts)
  local names, parts = {}, {}
  for name in pairs(tags) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do
    parts[i] = ("<Tag><Key>%s</Key><Value>%s</Value></Tag>"):format(
      xml.encode(name), xml.encode(rest.text(tags[name])))
  end
  local body = ('<Tagging xmlns="%s"><TagSet>%s</TagSet></Tagging>'):format(XMLNS, table.concat(parts))
  local res = send(self, "PUT", bucket, key, {
    query = { { "tagging", "" }, { "versionId", opts and opts.version_id } }, body = body,
    headers = objects.checked(body),
  })
  check(self, res, "PUT", resource(bucket, key) .. "?tagging", OK)
  return true
end

--- Removes the tags of an object; true. `opts.version_id`.
function Client:delete_object_tags(bucket, key, opts)
  local query = { { "tagging", "" }, { "versionId", opts and opts.version_id } }
  local res = send(self, "DELETE", bucket, key, { query = query })
  check(self, res, "DELETE", resource(bucket, key) .. "?tagging", OK)
  return true
end

-- Signed URLs

--- A URL with which anyone may do one thing for a time: `opts.method` (GET), `opts.expires` (seconds,
--- 3600), `opts.headers` (must then be sent as given), `opts.query` (a list of pairs, e.g.
--- `response-content-disposition`), `opts.time` (now).
function Client:presign(bucket, key, opts)
  opts = opts or {}
  -- without a key it is about the bucket: lists, but nothing that writes
  if key == nil and (opts.method or "GET") == "GET" then key = false end
  local origin, host, path = objects.locate(self, bucket, key)
  local keys = credentials.of(self)
  local now = math.floor(opts.time or time())
  local date = os.date("!%Y%m%dT%H%M%SZ", now)
  local headers = rest.copy(opts.headers, { host = host })
  local _, signed_headers = sigv4.headers(headers)
  local scope = ("%s/%s/s3/aws4_request"):format(date:sub(1, 8), self.region)
  local query = {
    { "X-Amz-Algorithm", "AWS4-HMAC-SHA256" },
    { "X-Amz-Credential", keys.access_key .. "/" .. scope },
    { "X-Amz-Date", date },
    { "X-Amz-Expires", opts.expires or 3600 },
    { "X-Amz-SignedHeaders", signed_headers },
    { "X-Amz-Security-Token", keys.session_token },
  }
  -- the token may be nil: positions are explicit
  for i, pair in ipairs(opts.query or {}) do query[6 + i] = pair end
  local signed = sigv4.sign {
    method = opts.method or "GET", path = path, query = query, headers = headers,
    payload_hash = "UNSIGNED-PAYLOAD", time = now, region = self.region,
    access_key = keys.access_key, secret_key = keys.secret_key,
  }
  return ("%s%s?%s&X-Amz-Signature=%s"):format(origin, path, sigv4.query(query), signed.signature)
end

return rest.guard(M, "s3")
