--- @module assay.internal.segment
--- @description Percent-encodes one part of a path and leaves what RFC 3986 allows there.
--
-- `rest.escape` encodes `@`, `:` and `*`, too, which is right in queries. Servers that compare
-- paths before decoding them expect these raw (`my-app@docker`, `sha256:…`).

return function(part)
  if math.type(part) == "float" then part = math.tointeger(part) or part end
  local text = tostring(part)
  -- a client that resolves "." and ".." would ask for another path
  if text == "." or text == ".." then return (text:gsub("%.", "%%2E")) end
  return (text:gsub("[^%w%-._~!$&'()*+,;=:@]", function(c)
    return ("%%%02X"):format(c:byte())
  end))
end
