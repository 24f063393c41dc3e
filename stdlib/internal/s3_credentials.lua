--- @module assay.internal.s3_credentials
--- @description Who signs the requests of `assay.s3`: keys, roles of Kubernetes pods, assumed roles.

local rest = require("assay.internal.client")
local sigv4 = require("assay.internal.sigv4")
local xml = require("assay.internal.xml")

local credentials = {}

local STS_VERSION = "2011-06-15"
-- temporary keys are fetched anew this many seconds before they end
local MARGIN = 60

-- an environment variable, unless it is empty
local function set(name)
  local value = env.get(name)
  return value ~= "" and value or nil
end
credentials.env = set

local function trimmed(path)
  return (fs.read(path):match("^%s*(.-)%s*$"))
end

--- Where roles are assumed: AWS has servers for that, others do it where the objects are.
local function sts_url(self)
  local given = self.sts_endpoint or set("AWS_ENDPOINT_URL_STS")
  if given then return (given:gsub("/+$", "")) .. "/" end
  local domain = self.endpoint:match("%.(amazonaws%.com[%.cn]*)")
  if domain then return ("https://sts.%s.%s/"):format(self.region, domain) end
  return self.endpoint .. "/"
end

--- The keys in an answer of STS.
local function keys_of(body, action)
  local block = xml.block(body, "Credentials")
  local key = block and xml.value(block, "AccessKeyId")
  if not key then rest.fail(("s3: %s: the answer holds no credentials"):format(action)) end
  local expires = xml.value(block, "Expiration")
  return {
    access_key = key,
    secret_key = xml.value(block, "SecretAccessKey"),
    session_token = xml.value(block, "SessionToken"),
    expires = expires and rest.parse_time(expires),
  }
end

-- The token of a service account stands for a role (IRSA on AWS, an OIDC provider of MinIO or Ceph).
local function by_web_identity(self)
  local action = "AssumeRoleWithWebIdentity"
  local body = self:_request("POST", sts_url(self), {
    raw = true, error = "s3: " .. action, follow_redirects = false,
    form = {
      Action = action, Version = STS_VERSION,
      RoleArn = self.role_arn,
      RoleSessionName = self.role_session_name or "assay",
      WebIdentityToken = self.web_identity_token or trimmed(self.web_identity_token_file),
      DurationSeconds = self.role_duration,
    },
  })
  return keys_of(body, action)
end

-- The agent of EKS Pod Identity (and ECS) on the node.
local function by_container(self)
  local file = set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
  local token = file and trimmed(file) or set("AWS_CONTAINER_AUTHORIZATION_TOKEN")
  local answer = self:_get(self._container_url, {
    error = "s3: credentials of the pod", headers = { Authorization = token },
  })
  return {
    access_key = answer.AccessKeyId,
    secret_key = answer.SecretAccessKey,
    session_token = answer.Token,
    expires = answer.Expiration and rest.parse_time(answer.Expiration),
  }
end

--- Completes client options: keys from the environment, or what they can be had with.
function credentials.find(o)
  local has_role = o.web_identity_token or o.web_identity_token_file
  if not o.access_key and not o.secret_key and not has_role then
    o.access_key, o.secret_key = set("AWS_ACCESS_KEY_ID"), set("AWS_SECRET_ACCESS_KEY")
    o.session_token = o.session_token or set("AWS_SESSION_TOKEN")
  end
  if o.access_key or o.secret_key then return end
  if not has_role then
    o.web_identity_token_file = set("AWS_WEB_IDENTITY_TOKEN_FILE")
    o.role_session_name = o.role_session_name or set("AWS_ROLE_SESSION_NAME")
  end
  o.role_arn = o.role_arn or set("AWS_ROLE_ARN")
  o._container_url = set("AWS_CONTAINER_CREDENTIALS_FULL_URI")
  if o.web_identity_token or o.web_identity_token_file then o._fetch_keys = by_web_identity
  elseif o._container_url then o._fetch_keys = by_container end
end

--- The keys of this moment: `{ access_key, secret_key, session_token }`.
function credentials.of(self)
  local fetch = self._fetch_keys
  if not fetch or self.access_key then return self end
  local keys = self._keys
  if not keys or (keys.expires and keys.expires - MARGIN <= time()) then
    keys = fetch(self)
    rawset(self, "_keys", keys)
  end
  return keys
end

--- The temporary keys of a role; see `Client:assume_role`.
function credentials.assume(self, role_arn, o)
  local action = "AssumeRole"
  local policy = o.policy
  if type(policy) == "table" then policy = json.encode(policy) end
  local body = rest.query {
    { "Action", action }, { "Version", STS_VERSION }, { "RoleArn", role_arn },
    { "RoleSessionName", o.session_name or "assay" }, { "DurationSeconds", o.duration },
    { "ExternalId", o.external_id }, { "Policy", policy },
  }
  local address = sts_url(self)
  local scheme, host, path = address:match("^(https?)://([^/]+)(.*)$")
  host = host:lower():gsub(scheme == "https" and ":443$" or ":80$", "")
  local keys, now, hash = credentials.of(self), math.floor(time()), crypto.hash(body)
  local headers = rest.merge_headers(sigv4.amz(self.headers), {
    ["content-type"] = "application/x-www-form-urlencoded",
    ["x-amz-date"] = os.date("!%Y%m%dT%H%M%SZ", now),
    ["x-amz-content-sha256"] = hash,
    ["x-amz-security-token"] = keys.session_token,
  })
  headers.Authorization = sigv4.sign({
    method = "POST", path = path, headers = rest.copy(headers, { host = host }), service = "sts",
    payload_hash = hash, time = now, region = self.region,
    access_key = keys.access_key, secret_key = keys.secret_key,
  }).authorization
  return keys_of(self:_request("POST", address, {
    body = body, headers = headers, raw = true, error = "s3: " .. action, follow_redirects = false,
  }), action)
end

return credentials
