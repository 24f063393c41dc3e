--- @module assay.internal.vault_pki
--- @description The PKI engine of `assay.vault`: certificates.

local rest = require("assay.internal.client")
local verbs = require("assay.internal.vault_verbs")

local Client = {}

-- PKI

--- Issues a certificate: `{ certificate, private_key, issuing_ca, … }`.
function Client:pki_issue(mount, role_name, opts)
  return verbs.field(verbs.post(self, ("%s/issue/%s"):format(mount, verbs.name(role_name)), opts or {}), "data")
end

--- Signs a certificate request (PEM text).
function Client:pki_sign(mount, role_name, csr, opts)
  local body = rest.copy(opts, { csr = csr })
  return verbs.field(verbs.post(self, ("%s/sign/%s"):format(mount, verbs.name(role_name)), body), "data")
end

--- The authority's certificate as PEM text.
function Client:pki_ca_cert(mount)
  local path = ("/v1/%s/ca/pem"):format(mount or "pki")
  local res = self:_send("GET", path, verbs.anonymous(self))
  if res.status ~= 200 then
    rest.fail(("%s: pki ca cert HTTP %d"):format(self._module, res.status))
  end
  return res.body
end

--- Writes a role.
function Client:pki_create_role(mount, role_name, opts)
  return verbs.post(self, ("%s/roles/%s"):format(mount, verbs.name(role_name)), opts or {})
end

--- Makes a root certificate; `kind` is `internal` unless given.
function Client:pki_generate_root(mount, opts, kind)
  local path = ("%s/root/generate/%s"):format(mount, kind or "internal")
  return verbs.field(verbs.post(self, path, opts or {}), "data")
end

--- Revokes a certificate by its serial number.
function Client:pki_revoke(mount, serial_number)
  return verbs.field(verbs.post(self, mount .. "/revoke", { serial_number = serial_number }), "data")
end

--- The serial numbers of the certificates.
function Client:pki_list_certs(mount)
  return verbs.list(self, mount .. "/certs")
end

return Client
