--- @module assay.internal.vault_pki
--- @description The PKI engine of `assay.vault`: certificates.

local rest = require("assay.internal.client")
local verbs = require("assay.internal.vault_verbs")

local Client = {}

-- PKI

--- Issues a certificate: `{ certificate, private_key, issuing_ca, … }`.
function Client:pki_issue(mount, role_name, opts)
  return verbs.field(verbs.post(self, verbs.path("%s/issue/%s", mount, verbs.name(role_name)), opts or {}), "data")
end

--- Signs a certificate request (PEM text).
function Client:pki_sign(mount, role_name, csr, opts)
  local body = rest.copy(opts, { csr = csr })
  return verbs.field(verbs.post(self, verbs.path("%s/sign/%s", mount, verbs.name(role_name)), body), "data")
end

--- The authority's certificate as PEM text.
function Client:pki_ca_cert(mount)
  local path = verbs.path("/v1/%s/ca/pem", mount or "pki")
  local res = self:_send("GET", path, verbs.anonymous(self))
  if res.status ~= 200 then
    rest.fail(("%s: pki ca cert HTTP %d"):format(self._module, res.status))
  end
  return res.body
end

--- Writes a role.
function Client:pki_create_role(mount, role_name, opts)
  return verbs.post(self, verbs.path("%s/roles/%s", mount, verbs.name(role_name)), opts or {})
end

--- Makes a root certificate; `kind` is `internal` unless given.
function Client:pki_generate_root(mount, opts, kind)
  local path = verbs.path("%s/root/generate/%s", mount, kind or "internal")
  return verbs.field(verbs.post(self, path, opts or {}), "data")
end

--- The request (`csr`) for an intermediate authority, which another one signs; `kind` is `internal`
--- unless given.
function Client:pki_generate_intermediate(mount, opts, kind)
  local path = verbs.path("%s/intermediate/generate/%s", mount, kind or "internal")
  return verbs.field(verbs.post(self, path, opts or {}), "data")
end

--- Signs the request of an intermediate authority: `{ certificate, ca_chain, … }`.
function Client:pki_sign_intermediate(mount, csr, opts)
  local body = rest.copy(opts, { csr = csr })
  return verbs.field(verbs.post(self, mount .. "/root/sign-intermediate", body), "data")
end

--- Takes the signed certificate of an intermediate authority (PEM text, with its chain).
function Client:pki_set_signed(mount, certificate)
  local body = { certificate = certificate }
  return verbs.field(verbs.post(self, mount .. "/intermediate/set-signed", body), "data")
end

--- Sets where certificates say that issuers and lists are: `issuing_certificates`,
--- `crl_distribution_points`, `ocsp_servers` (lists of URLs).
function Client:pki_config_urls(mount, config)
  return verbs.post(self, mount .. "/config/urls", config)
end

local function pem(self, path, what)
  local res = self:_send("GET", path, verbs.anonymous(self))
  if res.status ~= 200 then self:_fail("GET", path, res, { what = what }) end
  return res.body
end

--- The authority's certificate and those above it, as PEM text.
function Client:pki_ca_chain(mount)
  return pem(self, verbs.path("/v1/%s/ca_chain", mount or "pki"))
end

--- The list of revoked certificates as PEM text.
function Client:pki_crl(mount)
  return pem(self, verbs.path("/v1/%s/crl/pem", mount or "pki"))
end

--- A certificate by its serial number: `{ certificate, revocation_time, … }`; nil when it is absent.
function Client:pki_read_cert(mount, serial_number)
  local path = verbs.path("%s/cert/%s", mount, verbs.name(serial_number))
  return verbs.field(verbs.get(self, path), "data")
end

--- A role; nil when it is absent.
function Client:pki_read_role(mount, role_name)
  return verbs.field(verbs.get(self, verbs.path("%s/roles/%s", mount, verbs.name(role_name))), "data")
end

--- The names of the roles.
function Client:pki_list_roles(mount)
  return verbs.list(self, mount .. "/roles")
end

--- Deletes a role.
function Client:pki_delete_role(mount, role_name)
  verbs.delete(self, verbs.path("%s/roles/%s", mount, verbs.name(role_name)))
end

--- Removes what has run out, in the background: `opts` as the API has them; `tidy_cert_store` and
--- `tidy_revoked_certs` are true unless given.
function Client:pki_tidy(mount, opts)
  local body = rest.copy({ tidy_cert_store = true, tidy_revoked_certs = true }, opts)
  return verbs.post(self, mount .. "/tidy", body)
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
