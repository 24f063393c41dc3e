-- §6.2 select, above all with the results of a call
local function three(...) return "a", "b", "c" end
local function none() end
local function fails(expected, f, ...)
  local ok, m = pcall(f, ...)
  assert(not ok and m:find(expected, 1, true), m)
end
assert(select("#", three()) == 3 and select("#", none()) == 0 and select("#", (three())) == 1)
assert(select(2, three()) == "b" and (select(2, three())) == "b")
assert(select("#", select(2, three())) == 2 and select("#", select(4, three())) == 0)
assert((select(4, three())) == nil and (select(1, none())) == nil)
assert((select(-1, three())) == "c" and (select(-3, three())) == "a")
-- numbers of other kinds
assert((select(2.0, three())) == "b" and (select("2", three())) == "b" and (select("0x3", three())) == "c")
fails("bad argument #1 to 'select' (index out of range)", function() return (select(0, three())) end)
fails("bad argument #1 to 'select' (index out of range)", function() return (select(-4, three())) end)
fails("bad argument #1 to 'select' (number has no integer representation)", function() return (select(1.5, three())) end)
fails("bad argument #1 to 'select' (number expected, got string)", function() return (select("x", three())) end)
fails("bad argument #1 to 'select' (number expected, got nil)", function() return (select(nil, three())) end)
-- evaluated in order, once, also where a call waits or fails
local log = {}
local function note(v) log[#log + 1] = v; return v end
local v = select(note(2), note("x"), note("y"), three(note("z")))
assert(v == "y" and table.concat(log, " ") == "2 x y z")
local co = coroutine.wrap(function() return (select(3, "x", coroutine.yield("waits"))) end)
assert(co() == "waits" and co("y", "z") == "z")
co = coroutine.wrap(function() return select("#", coroutine.yield()) end)
co()
assert(co(nil, nil, nil) == 3)
fails("inside", function() return (select(1, error("inside"))) end)
-- what has taken its place
do
  local select = function(...) return "own", ... end
  assert(select("#", three()) == "own" and (select(2, three())) == "own")
end
local real = select
_ENV.select = function(n, ...) return n, real("#", ...) end
assert(select("#", three()) == "#" and real(2, select(1, three())) == 3)
_ENV.select = real
