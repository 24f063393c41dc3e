--- @module assay.internal.segment
--- @description Percent-encodes one part of a path and leaves what RFC 3986 allows there.
--
-- `rest.escape` encodes `@`, `:` and `*`, too, which is right in queries. Servers that compare
-- paths before decoding them expect these raw (`my-app@docker`, `sha256:…`).

local rest = require("assay.internal.client")

return function(part)
  return (rest.part(part):gsub("[^%w%-._~!$&'()*+,;=:@]", function(c)
    return ("%%%02X"):format(c:byte())
  end))
end
