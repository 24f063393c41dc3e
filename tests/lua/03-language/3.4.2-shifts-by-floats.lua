-- §3.4.2, §3.4.3: a shift by a float wants an integral one, also when it is a constant

local a = 8
for code, expected in pairs({ ["a >> 0.5"] = false, ["a << 0.5"] = false, ["8 >> 0.5"] = false, ["a >> 1.0"] = 4, ["a << 1.0"] = 16, ["a >> 31"] = 0, ["a >> 1e300"] = false }) do
  local ok, v = pcall(load("local a = ... return " .. code), a)
  if expected then assert(ok and v == expected, code)
  else assert(not ok and v:find("number has no integer representation", 1, true), code) end
end
