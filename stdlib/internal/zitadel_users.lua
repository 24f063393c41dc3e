--- @module assay.internal.zitadel_users
--- @description Users, machine users, their keys and grants, for `assay.zitadel`.

local rest = require("assay.internal.client")
local segment = require("assay.internal.segment")
local zitadel = require("assay.internal.zitadel_call")

local Client = {}

local EQUALS = zitadel.EQUALS
local call, decoded, is_success = zitadel.call, zitadel.decoded, zitadel.is_success
local request = zitadel.request

local USERS = "/management/v1/users"

local function user_path(user_id, rest_of)
  return ("%s/%s%s"):format(USERS, segment(user_id), rest_of or "")
end

--- Users that fit a query of ZITADEL's API: all pages unless it holds `query` (limit, offset).
function Client:search_users(query)
  local is_single = query ~= nil and query.query ~= nil
  local found = json.array({})
  repeat
    local body = query
    if #found > 0 then body = rest.copy(query, { query = { offset = tostring(#found) } }) end
    local res = call(self, "POST", "/management/v1/users/_search", body)
    if not is_success(res) then
      zitadel.warn("failed to search users", res)
      -- some of the users would pass for all of them
      return json.array({})
    end
    local answer = decoded(res)
    local page = answer.result or {}
    for _, user in ipairs(page) do found[#found + 1] = user end
    local total = tonumber(answer.details and answer.details.totalResult) or 0
  until is_single or #page == 0 or #found >= total
  return found
end

--- Sets a user's verified email address; whether that worked.
function Client:update_user_email(user_id, email)
  local path = "/management/v1/users/" .. segment(user_id) .. "/email"
  local res = call(self, "PUT", path, { email = email, isEmailVerified = true })
  if not is_success(res) then zitadel.warn("failed to update the email of user " .. user_id, res) end
  return is_success(res)
end

--- A user by its id, or nil.
function Client:user(user_id)
  local answer = self:_get(user_path(user_id), { ok = 200, missing = true })
  return answer and answer.user
end

--- A user by its user name, or nil.
function Client:find_user(user_name)
  local query = { userNameQuery = { userName = user_name, method = EQUALS } }
  for _, user in ipairs(zitadel.search_all(self, USERS .. "/_search", { query })) do
    if user.userName == user_name then return user end
  end
  return nil
end

--- Creates a human user and returns its id. `user` as in ZITADEL's API: `username`, `profile`
--- (`givenName`, `familyName`), `email` (`email`, `isVerified`), `password` (`password`,
--- `changeRequired`), …; or as in its older one for imports: `userName`, `profile` (`firstName`,
--- `lastName`), `email` (`email`, `isEmailVerified`), `password`, `passwordChangeRequired`, …
function Client:create_human_user(user)
  local path = user.userName and USERS .. "/human/_import" or "/v2/users/human"
  return request(self, "POST", path, user).userId
end

-- The same of version 2 and of the management API, which sees one organisation only.
local function user_call(self, method, user_id, action)
  zitadel.newest(self, method, "/v2/users/" .. segment(user_id) .. (action and "/" .. action or ""),
    user_path(user_id, action and "/_" .. action))
end

--- Locks a user out; `reactivate_user` takes that back.
function Client:deactivate_user(user_id) user_call(self, "POST", user_id, "deactivate") end

--- Lets a user in again.
function Client:reactivate_user(user_id) user_call(self, "POST", user_id, "reactivate") end

--- Deletes a user.
function Client:delete_user(user_id) user_call(self, "DELETE", user_id) end

-- Machine users

--- Creates a machine user and returns its id. `opts`: name, description, accessTokenType
--- (`ACCESS_TOKEN_TYPE_BEARER`, `ACCESS_TOKEN_TYPE_JWT`).
function Client:create_machine_user(user_name, opts)
  opts = opts or {}
  return request(self, "POST", USERS .. "/machine", {
    userName = user_name,
    name = opts.name or user_name,
    description = opts.description,
    accessTokenType = opts.accessTokenType or "ACCESS_TOKEN_TYPE_BEARER",
  }).userId
end

--- The id of the machine user of that name, which is created when there is none; the second result is
--- whether.
function Client:ensure_machine_user(user_name, opts)
  local found = self:find_user(user_name)
  if found then return found.id, false end
  return self:create_machine_user(user_name, opts), true
end

--- A new key of a machine user, as `machine_key` of a client: `{ type, keyId, key, userId }`.
--- `opts.expirationDate` (RFC 3339).
function Client:create_machine_key(user_id, opts)
  local answer = request(self, "POST", user_path(user_id, "/keys"), {
    type = "KEY_TYPE_JSON", expirationDate = opts and opts.expirationDate,
  })
  if not answer.keyDetails then return nil end
  local ok, key = pcall(function() return json.parse(base64.decode(answer.keyDetails)) end)
  -- which is not shown: it is a secret
  if not ok then rest.fail("zitadel.create_machine_key: the answer holds no key in JSON") end
  return key
end

--- Deletes a key of a machine user.
function Client:delete_machine_key(user_id, key_id)
  request(self, "DELETE", user_path(user_id, "/keys/" .. segment(key_id)))
end

--- A personal access token of a machine user, and its id. `opts.expirationDate` (RFC 3339).
function Client:create_pat(user_id, opts)
  local answer = request(self, "POST", user_path(user_id, "/pats"), {
    expirationDate = opts and opts.expirationDate,
  })
  return answer.token, answer.tokenId
end

--- Revokes a personal access token by its id.
function Client:delete_pat(user_id, token_id)
  request(self, "DELETE", user_path(user_id, "/pats/" .. segment(token_id)))
end

--- A new secret of a machine user, for the client credentials grant: `clientId`, `clientSecret`.
function Client:create_machine_secret(user_id)
  return request(self, "PUT", user_path(user_id, "/secret"))
end

-- What users may do

-- Without roles, by mistake, a user would lose all of them.
local function checked(roles, fn)
  if type(roles) == "table" then return roles end
  rest.fail(("zitadel.%s: the roles must be a list, got %s"):format(fn, type(roles)))
end

local function same_set(a, b)
  local set = {}
  for _, v in ipairs(a or {}) do set[v] = true end
  for _, v in ipairs(b or {}) do
    if not set[v] then return false end
  end
  return #(a or {}) == #(b or {})
end

--- Gives a user exactly these roles of a project; whether that changed something.
function Client:ensure_user_grant(user_id, project_id, role_keys)
  checked(role_keys, "ensure_user_grant")
  local grants = zitadel.search_all(self, USERS .. "/grants/_search", {
    { userIdQuery = { userId = user_id } }, { projectIdQuery = { projectId = project_id } },
  })
  for _, grant in ipairs(grants) do
    local fits = (grant.userId or user_id) == user_id and (grant.projectId or project_id) == project_id
    if fits then
      if same_set(grant.roleKeys, role_keys) then return false end
      request(self, "PUT", user_path(user_id, "/grants/" .. segment(grant.id)), {
        roleKeys = rest.array(role_keys),
      })
      return true
    end
  end
  request(self, "POST", user_path(user_id, "/grants"), {
    projectId = project_id, roleKeys = rest.array(role_keys),
  })
  return true
end

local function ensure_member(self, path, user_id, roles)
  local body = { userId = user_id, roles = rest.array(roles) }
  local res = call(self, "POST", path, body)
  if res.status == 409 then
    return zitadel.update(self, path .. "/" .. segment(user_id), { roles = body.roles })
  end
  if not is_success(res) then self:_fail("POST", path, res) end
  return true
end

--- Makes a user a manager of the organisation, with roles such as `ORG_OWNER`; whether that changed
--- something.
function Client:ensure_org_member(user_id, roles)
  return ensure_member(self, "/management/v1/orgs/me/members", user_id, checked(roles, "ensure_org_member"))
end

--- Makes a user a manager of the instance, with roles such as `IAM_OWNER`; whether that changed
--- something.
function Client:ensure_instance_member(user_id, roles)
  return ensure_member(self, "/admin/v1/members", user_id, checked(roles, "ensure_instance_member"))
end

return Client
