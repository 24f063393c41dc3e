--- @module assay.internal.redact
--- @description Addresses in messages, without the user names and passwords that they may hold.

-- How far an address is looked at for a password; texts are long, and hold many addresses.
local MAX_PASSWORD = 512
local WEB = { http = true, https = true, ws = true, wss = true }

-- Where an address goes on behind the user name and password that it may hold; it begins at `at`, behind
-- `://`. A password may hold a slash that should be encoded: what begins as `user:password` or `user@` does,
-- and not as a host and its port, is one as far as the last `@`.
local function after_password(text, at)
  local ending = text:match("^[^/?#%s]*@()", at)
  local word = text:sub(at, at + MAX_PASSWORD):match("^[^%s\"'<>]*")
  local port = word:match("^[^/?#:%[]+:([^/?#]*)")
  local is_web = WEB[text:sub(math.max(at - 8, 1), at - 4):match("%a+$")]
  if not ending and (not port or (is_web and port:find("^%d+$"))) then return at end
  return math.max(ending or at, at + (word:match("^.*@()") or 1) - 1)
end

--- A text whose addresses are without the user names and passwords that they may hold.
return function(text)
  local parts, at = {}, 1
  while true do
    -- bodies are long: no pattern that would look again and again for where an address begins
    local _, to = text:find("://", at, true)
    if not to then return table.concat(parts) .. text:sub(at) end
    parts[#parts + 1] = text:sub(at, to)
    at = after_password(text, to + 1)
  end
end
