--- @module assay.internal.s3_multipart
--- @description Uploads in parts, for `assay.s3`.

local rest = require("assay.internal.client")
local objects = require("assay.internal.s3_request")
local xml = require("assay.internal.xml")

local Client = {}

local MIN_PART = 5 * 1024 * 1024
local DEFAULT_PART = 8 * 1024 * 1024
local OK, XMLNS = objects.OK, objects.XMLNS
local send, check, resource = objects.send, objects.check, objects.resource

-- Without its id a request about an upload would be one about the object, such as its deletion.
local function given(upload_id)
  return (upload_id or "") ~= "" and upload_id or rest.fail("s3: the id of the upload is missing")
end

-- Without its number a part would be the whole object.
local function numbered(number)
  return math.tointeger(number) or rest.fail("s3: the number of the part must be an integer, got "
    .. (type(number) == "number" and number or type(number)))
end

--- Begins an upload in parts; returns its id. `opts` as for `put_object`.
function Client:create_multipart_upload(bucket, key, opts)
  local res = send(self, "POST", bucket, key, {
    query = { { "uploads", "" } }, headers = objects.put_headers(opts),
  })
  objects.document(self, res, "POST", resource(bucket, key) .. "?uploads")
  return given(xml.value(res.body, "UploadId"))
end

--- Stores part `number` (from 1; all but the last at least 5 MiB); returns its etag. `opts.timeout`.
function Client:upload_part(bucket, key, upload_id, number, body, opts)
  local res = send(self, "PUT", bucket, key, {
    query = { { "partNumber", numbered(number) }, { "uploadId", given(upload_id) } }, body = body,
    timeout = opts and opts.timeout,
  })
  check(self, res, "PUT", resource(bucket, key) .. "?partNumber=" .. number, { 200 })
  -- the object is made of these
  return res.headers.etag or rest.fail(("s3: PUT %s?partNumber=%d: the answer has no ETag"):format(
    resource(bucket, key), number))
end

--- Copies bytes of another object as part `number`; returns its etag. `opts`: `range`
--- (`bytes=0-5242879`), `version_id` of the source. Objects of more than 5 GiB are copied so.
function Client:upload_part_copy(bucket, key, upload_id, number, src_bucket, src_key, opts)
  local res = send(self, "PUT", bucket, key, {
    query = { { "partNumber", numbered(number) }, { "uploadId", given(upload_id) } },
    headers = {
      ["x-amz-copy-source"] = objects.source(src_bucket, src_key, opts),
      ["x-amz-copy-source-range"] = opts and opts.range,
    },
    timeout = opts and opts.timeout,
  })
  -- may fail after the headers are sent
  local what = resource(bucket, key) .. "?partNumber=" .. number
  if res.body:find("<Error>", 1, true) then self:_fail("PUT", what, res) end
  objects.document(self, res, "PUT", what)
  return xml.value(res.body, "ETag")
end

--- The parts of an upload that are stored: `{ number, size, etag, last_modified }`.
function Client:list_parts(bucket, key, upload_id)
  local list = json.array({})
  local marker
  repeat
    local res = send(self, "GET", bucket, key, { query = {
      { "uploadId", given(upload_id) }, { "part-number-marker", marker },
    } })
    objects.document(self, res, "GET", resource(bucket, key) .. "?uploadId")
    for item in xml.blocks(res.body, "Part") do
      list[#list + 1] = {
        number = math.tointeger(tonumber(xml.value(item, "PartNumber"))),
        size = math.tointeger(tonumber(xml.value(item, "Size"))),
        etag = xml.value(item, "ETag"), last_modified = xml.value(item, "LastModified"),
      }
    end
    local before = marker
    marker = xml.value(res.body, "NextPartNumberMarker")
  until xml.value(res.body, "IsTruncated") ~= "true" or not marker or marker == before
  return list
end

--- Makes an object of parts, given by their etags in order; returns the object's etag.
function Client:complete_multipart_upload(bucket, key, upload_id, etags)
  if type(etags) ~= "table" then
    rest.fail("s3.complete_multipart_upload: the etags must be a list, got " .. type(etags))
  end
  local parts = {}
  for i, etag in ipairs(etags) do
    parts[i] = ("<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>"):format(
      i, xml.encode(etag))
  end
  local res = send(self, "POST", bucket, key, {
    query = { { "uploadId", given(upload_id) } },
    headers = { ["content-type"] = "application/xml" },
    body = ('<CompleteMultipartUpload xmlns="%s">%s</CompleteMultipartUpload>'):format(
      XMLNS, table.concat(parts)),
  })
  -- may fail after the headers are sent
  local what = resource(bucket, key) .. "?uploadId"
  if res.body:find("<Error>", 1, true) then self:_fail("POST", what, res) end
  objects.document(self, res, "POST", what)
  return xml.value(res.body, "ETag")
end

--- Gives an upload up and frees its parts; true.
function Client:abort_multipart_upload(bucket, key, upload_id)
  local res = send(self, "DELETE", bucket, key, { query = { { "uploadId", given(upload_id) } } })
  check(self, res, "DELETE", resource(bucket, key) .. "?uploadId", OK)
  return true
end

--- The uploads that are neither complete nor aborted: `{ key, upload_id, initiated }`.
function Client:list_multipart_uploads(bucket)
  local list = json.array({})
  local key, upload_id
  repeat
    local res = send(self, "GET", bucket, false, { query = {
      { "uploads", "" }, { "key-marker", key }, { "upload-id-marker", upload_id },
    } })
    objects.document(self, res, "GET", resource(bucket) .. "?uploads")
    for item in xml.blocks(res.body, "Upload") do
      list[#list + 1] = {
        key = xml.value(item, "Key"), upload_id = xml.value(item, "UploadId"),
        initiated = xml.value(item, "Initiated"),
      }
    end
    local before = { key, upload_id }
    key, upload_id = xml.value(res.body, "NextKeyMarker"), xml.value(res.body, "NextUploadIdMarker")
    local is_same = key == before[1] and upload_id == before[2]
  until xml.value(res.body, "IsTruncated") ~= "true" or not key or is_same
  return list
end

-- Calls `store(part)` for parts of the size, of a string, `{ file = path }` or a reader function.
local function each_part(source, size, store)
  if type(source) == "string" then
    for first = 1, #source, size do store(source:sub(first, first + size - 1)) end
  elseif type(source) == "table" then
    if type(source.file) ~= "string" then
      rest.fail("s3.upload: a string, { file = path } or a function is expected")
    end
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
      etags[1] = self:upload_part(bucket, key, upload_id, 1, held, opts)
    end
    etags[#etags + 1] = self:upload_part(bucket, key, upload_id, #etags + 1, part, opts)
  end
  local function abort()
    local id = upload_id
    upload_id = nil
    if id then pcall(self.abort_multipart_upload, self, bucket, key, id) end
  end
  -- a task that is cancelled can send nothing itself any more
  local _ <close> = setmetatable({}, { __close = function()
    if upload_id then async.spawn(abort) end
  end })
  local ok, err = pcall(function()
    each_part(source, size, store)
    if upload_id then self:complete_multipart_upload(bucket, key, upload_id, etags)
    else self:put_object(bucket, key, held, opts) end
  end)
  if not ok then
    abort()
    error(err, 0)
  end
  upload_id = nil
  return true
end

return Client
