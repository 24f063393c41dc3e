--- @module assay.internal.vault_transit
--- @description The transit engine of `assay.vault`: encryption as a service.

local rest = require("assay.internal.client")
local verbs = require("assay.internal.vault_verbs")

local Client = {}

-- Transit: `opts.mount`, by default the client's `transit_mount`, is where the engine is mounted

local function transit(self, opts)
  return opts and opts.mount or self.transit_mount or "transit"
end

-- `opts` as a request body
local function without_mount(opts)
  local body = rest.copy(opts)
  body.mount = nil
  return body
end

local function transit_call(self, verb, key_name, body, opts)
  local path = verbs.path("%s/%s/%s", transit(self, opts), verb, verbs.name(key_name))
  return verbs.field(verbs.post(self, path, rest.copy(without_mount(opts), body)), "data")
end

-- A server that fails at some items answers 400, with what it made of the others: nothing for errors.
local function batch_call(self, verb, key_name, batch, opts)
  local path = verbs.path("/v1/%s/%s/%s", transit(self, opts), verb, verbs.name(key_name))
  local body = rest.copy(without_mount(opts), { batch_input = batch })
  local answer, res = self:_post(path, body, { ok = { 200, 207, 400 } })
  local data = verbs.field(answer, "data")
  if res.status == 400 and not (data and data.batch_results) then self:_fail("POST", path, res) end
  return data
end

local function results(data, name, convert)
  local out = {}
  for i, item in ipairs(data and data.batch_results or {}) do
    if item.error and item.error ~= "" then rest.fail("vault: item " .. i .. ": " .. item.error) end
    out[i] = convert and convert(item[name]) or item[name]
  end
  return out
end

--- Encrypts bytes, or a list of them; returns the ciphertext, or a list of them.
function Client:transit_encrypt(key_name, plaintext, opts)
  if type(plaintext) == "table" then
    local batch = {}
    for i, text in ipairs(plaintext) do batch[i] = { plaintext = base64.encode(text) } end
    return results(batch_call(self, "encrypt", key_name, batch, opts),
      "ciphertext")
  end
  local body = { plaintext = base64.encode(plaintext) }
  return verbs.field(transit_call(self, "encrypt", key_name, body, opts), "ciphertext")
end

--- Decrypts what `transit_encrypt` returned, a list, too.
function Client:transit_decrypt(key_name, ciphertext, opts)
  if type(ciphertext) == "table" then
    local batch = {}
    for i, text in ipairs(ciphertext) do batch[i] = { ciphertext = text } end
    return results(batch_call(self, "decrypt", key_name, batch, opts),
      "plaintext", base64.decode)
  end
  local data = transit_call(self, "decrypt", key_name, { ciphertext = ciphertext }, opts)
  local plaintext = verbs.field(data, "plaintext")
  return plaintext and base64.decode(plaintext)
end

--- Encrypts a ciphertext, or a list of them, anew with the latest version of its key.
function Client:transit_rewrap(key_name, ciphertext, opts)
  if type(ciphertext) == "table" then
    local batch = {}
    for i, text in ipairs(ciphertext) do batch[i] = { ciphertext = text } end
    return results(batch_call(self, "rewrap", key_name, batch, opts),
      "ciphertext")
  end
  return verbs.field(transit_call(self, "rewrap", key_name, { ciphertext = ciphertext }, opts),
    "ciphertext")
end

--- Signs bytes.
function Client:transit_sign(key_name, input, opts)
  return verbs.field(transit_call(self, "sign", key_name, { input = base64.encode(input) }, opts),
    "signature")
end

--- Whether a signature fits; with `opts.hmac` whether that code does.
function Client:transit_verify(key_name, input, signature, opts)
  local body = { input = base64.encode(input), signature = signature }
  return verbs.field(transit_call(self, "verify", key_name, body, opts), "valid")
end

--- The authentication code of bytes.
function Client:transit_hmac(key_name, input, opts)
  return verbs.field(transit_call(self, "hmac", key_name, { input = base64.encode(input) }, opts), "hmac")
end

--- A new key to encrypt with here: its bytes, and the same encrypted by the server's key, to be kept
--- beside the data (`transit_decrypt` gives the bytes back). `opts.bits` (256), `opts.wrapped`: the
--- first is nil.
function Client:transit_datakey(key_name, opts)
  local body = without_mount(opts)
  local kind = body.wrapped and "wrapped" or "plaintext"
  body.wrapped = nil
  local path = verbs.path("%s/datakey/%s/%s", transit(self, opts), kind, verbs.name(key_name))
  local data = verbs.field(verbs.post(self, path, body), "data")
  if not data then return nil end
  return data.plaintext and base64.decode(data.plaintext), data.ciphertext
end

--- The material of an exportable key by version; `kind` is `encryption-key`, `signing-key`,
--- `hmac-key` or `public-key`. nil when the key is absent.
function Client:transit_export_key(key_name, kind, opts)
  local path = verbs.path("%s/export/%s/%s", transit(self, opts), kind, verbs.name(key_name))
  return verbs.field(verbs.field(verbs.get(self, path), "data"), "keys")
end

--- Makes a key; `opts.type`, `opts.exportable`, …
function Client:transit_create_key(key_name, opts)
  return verbs.post(self, verbs.path("%s/keys/%s", transit(self, opts), verbs.name(key_name)), without_mount(opts))
end

--- About a key; nil when it is absent.
function Client:transit_read_key(key_name, opts)
  return verbs.field(verbs.get(self, verbs.path("%s/keys/%s", transit(self, opts), verbs.name(key_name))), "data")
end

--- Makes a new version of a key.
function Client:transit_rotate_key(key_name, opts)
  return verbs.post(self, verbs.path("%s/keys/%s/rotate", transit(self, opts), verbs.name(key_name)), {})
end

--- Configures a key: `deletion_allowed`, `min_decryption_version`, …
function Client:transit_config_key(key_name, config, opts)
  return verbs.post(self, verbs.path("%s/keys/%s/config", transit(self, opts), verbs.name(key_name)), config)
end

--- Deletes a key, which its configuration must allow.
function Client:transit_delete_key(key_name, opts)
  verbs.delete(self, verbs.path("%s/keys/%s", transit(self, opts), verbs.name(key_name)))
end

--- The names of the keys.
function Client:transit_list_keys(opts)
  return verbs.list(self, transit(self, opts) .. "/keys")
end

return Client
