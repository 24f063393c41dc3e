-- A JSON encoder and decoder in plain Lua: tables, strings, patterns, recursion.
-- long: 600
local N = tonumber(arg and arg[1]) or 150

local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\t"] = "\\t" }
local unescapes = { ['"'] = '"', ["\\"] = "\\", n = "\n", t = "\t", ["/"] = "/" }

local encode
local function encodeTable(t, out)
  if #t > 0 then
    out[#out + 1] = "["
    for i, v in ipairs(t) do
      if i > 1 then out[#out + 1] = "," end
      encode(v, out)
    end
    out[#out + 1] = "]"
    return
  end
  local keys = {}
  for k in pairs(t) do keys[#keys + 1] = k end
  table.sort(keys)
  out[#out + 1] = "{"
  for i, k in ipairs(keys) do
    if i > 1 then out[#out + 1] = "," end
    encode(k, out)
    out[#out + 1] = ":"
    encode(t[k], out)
  end
  out[#out + 1] = "}"
end

function encode(v, out)
  local kind = type(v)
  if kind == "table" then
    encodeTable(v, out)
  elseif kind == "string" then
    out[#out + 1] = '"' .. v:gsub('["\\\n\t]', escapes) .. '"'
  else
    out[#out + 1] = tostring(v)
  end
end

local decode
local function skip(s, i) return s:find("%S", i) or #s + 1 end

local function decodeString(s, i)
  local j = i + 1
  local parts = {}
  while true do
    local k = s:find('["\\]', j)
    if not k then error("unfinished string at " .. i) end
    parts[#parts + 1] = s:sub(j, k - 1)
    if s:byte(k) == 34 then return table.concat(parts), k + 1 end
    parts[#parts + 1] = unescapes[s:sub(k + 1, k + 1)]
    j = k + 2
  end
end

function decode(s, i)
  i = skip(s, i)
  local c = s:sub(i, i)
  if c == "{" then
    local t = {}
    i = skip(s, i + 1)
    while s:sub(i, i) ~= "}" do
      local k, v
      k, i = decodeString(s, i)
      i = skip(s, i)
      assert(s:sub(i, i) == ":")
      v, i = decode(s, i + 1)
      t[k] = v
      i = skip(s, i)
      if s:sub(i, i) == "," then i = skip(s, i + 1) end
    end
    return t, i + 1
  elseif c == "[" then
    local t, n = {}, 0
    i = skip(s, i + 1)
    while s:sub(i, i) ~= "]" do
      n = n + 1
      t[n], i = decode(s, i)
      i = skip(s, i)
      if s:sub(i, i) == "," then i = i + 1 end
      i = skip(s, i)
    end
    return t, i + 1
  elseif c == '"' then
    return decodeString(s, i)
  elseif s:sub(i, i + 3) == "true" then
    return true, i + 4
  elseif s:sub(i, i + 4) == "false" then
    return false, i + 5
  end
  local number, after = s:match("^(-?[%d.]+[eE]?[+-]?%d*)()", i)
  return tonumber(number), after
end

local data = {}
for i = 1, 200 do
  data[i] = {
    id = i, name = "item " .. i, tags = { "a", "b\n" .. i, 'say "hi"' }, active = i % 3 == 0,
    price = i + 0.25, nested = { depth = { value = i * 1000 } },
  }
end

local text
for _ = 1, N do
  local out = {}
  encode(data, out)
  text = table.concat(out)
  data = decode(text, 1)
end
local h = 0
for i = 1, #text do h = (h * 31 + text:byte(i)) % 1000000007 end
print("json", #text, h, data[200].nested.depth.value, data[7].tags[2] == "b\n7")
