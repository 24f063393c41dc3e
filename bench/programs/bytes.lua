-- Byte loops: CRC-32, Adler-32, base64 both ways, run lengths, with string.byte and string.char.
-- long: 4000000
local N = tonumber(arg and arg[1]) or 1000000

local crcTable = {}
for i = 0, 255 do
  local c = i
  for _ = 1, 8 do
    c = c & 1 == 1 and 0xedb88320 ~ (c >> 1) or c >> 1
  end
  crcTable[i] = c
end

local function crc32(s)
  local c = 0xffffffff
  for i = 1, #s do
    c = crcTable[(c ~ s:byte(i)) & 0xff] ~ (c >> 8)
  end
  return c ~ 0xffffffff
end

local function adler32(s)
  local a, b = 1, 0
  for i = 1, #s do
    a = (a + s:byte(i)) % 65521
    b = (b + a) % 65521
  end
  return b << 16 | a
end

local alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local enc, dec = {}, {}
for i = 1, 64 do
  enc[i - 1] = alphabet:sub(i, i)
  dec[alphabet:byte(i)] = i - 1
end

local function encode(s)
  local out = {}
  for i = 1, #s - 2, 3 do
    local a, b, c = s:byte(i, i + 2)
    local v = a << 16 | b << 8 | c
    out[#out + 1] = enc[v >> 18] .. enc[v >> 12 & 63] .. enc[v >> 6 & 63] .. enc[v & 63]
  end
  return table.concat(out)
end

local function decode(s)
  local out = {}
  for i = 1, #s, 4 do
    local a, b, c, d = s:byte(i, i + 3)
    local v = dec[a] << 18 | dec[b] << 12 | dec[c] << 6 | dec[d]
    out[#out + 1] = string.char(v >> 16, v >> 8 & 255, v & 255)
  end
  return table.concat(out)
end

local bytes, x = {}, 1
for i = 1, N - N % 3 do
  x = x * 48271 % 2147483647
  bytes[i] = string.char(x % 256)
end
local data = table.concat(bytes)
local crc = 0
for _ = 1, 5 do crc = crc ~ crc32(data) end
print("crc32", string.format("%08x", crc))
print("adler32", string.format("%08x", adler32(data)))
local b64 = encode(data)
print("base64", #b64, string.format("%08x", crc32(b64)), decode(b64) == data)
