-- Parses and encodes a JSON file: `codec.lua FILE ROUNDS` prints the seconds of each.
local file, rounds = arg[1], math.tointeger(tonumber(arg[2]))
local text = fs.read_bytes(file)
for _ = 1, rounds do
  local start = time()
  local value = json.parse(text)
  local parsed = time()
  local out = json.encode(value)
  local encoded = time()
  assert.eq(#value, 22500)
  assert.gt(#out, 5000000)
  print(("parse %.4f encode %.4f"):format(parsed - start, encoded - parsed))
end
