-- §6.11, debug.getinfo: a function that has called itself by a tail call looks as if its caller had
-- called it.
local info
local function f(n)
  if n == 0 then
    info = debug.getinfo(1, "t")
    return
  end
  return f(n - 1)
end
f(3)
assert(info.istailcall)
