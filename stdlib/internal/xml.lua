--- @module assay.internal.xml
--- @description The little of XML that object storage speaks: elements by name, entities.

local xml = {}

local ENTITIES = { amp = "&", lt = "<", gt = ">", quot = '"', apos = "'" }

--- The text that entities stand for.
function xml.decode(text)
  return (text:gsub("&(#?)(x?)(%w+);", function(hash, x, name)
    if hash == "" then return ENTITIES[x .. name] end
    local code = tonumber(name, x == "x" and 16 or 10)
    return code and utf8.char(code)
  end))
end

--- Text as content of an element.
function xml.encode(text)
  return (text:gsub('[&<>"\r]', {
    ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["\r"] = "&#13;",
  }))
end

--- Whether text can stand in a document at all, even as an entity (XML 1.0 §2.2).
function xml.holds(text)
  return utf8.len(text) ~= nil and not text:find("[\0-\8\11\12\14-\31]")
    and not text:find("\u{FFFE}", 1, true) and not text:find("\u{FFFF}", 1, true)
end

--- The raw content of the first element of a name.
function xml.block(source, tag)
  return source:match("<" .. tag .. ">(.-)</" .. tag .. ">")
    or source:match("<" .. tag .. "%s[^>]*>(.-)</" .. tag .. ">")
end

--- The text of the first element of a name.
function xml.value(source, tag)
  local found = xml.block(source, tag)
  return found and xml.decode(found)
end

--- Iterates over the raw contents of the elements of a name.
function xml.blocks(source, tag)
  return source:gmatch("<" .. tag .. ">(.-)</" .. tag .. ">")
end

return xml
