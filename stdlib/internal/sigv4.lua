--- @module assay.internal.sigv4
--- @description AWS Signature Version 4.
--
-- Paths are those that are sent, encoded once (as S3 has it; other services encode them twice).

local rest = require("assay.internal.client")

local sigv4 = {}

--- A list of pairs, sorted by name, then by value, encoded.
function sigv4.query(fields)
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

--- Those of a client's headers that have to be signed.
function sigv4.amz(headers)
  local found = {}
  for name, value in pairs(headers or {}) do
    if name:lower():find("^x%-amz%-") then found[name] = value end
  end
  return found
end

--- The header lines that are signed, and their names.
function sigv4.headers(headers)
  local names, values = {}, {}
  for name, value in pairs(headers) do
    local lower = name:lower()
    if not values[lower] then names[#names + 1] = lower end
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
function sigv4.sign(request)
  local amz_date = os.date("!%Y%m%dT%H%M%SZ", request.time)
  local date = amz_date:sub(1, 8)
  local service = request.service or "s3"
  local scope = ("%s/%s/%s/aws4_request"):format(date, request.region, service)
  local header_lines, signed_headers = sigv4.headers(request.headers)
  local canonical = table.concat({
    request.method, request.path, sigv4.query(request.query or {}), header_lines,
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

return sigv4
