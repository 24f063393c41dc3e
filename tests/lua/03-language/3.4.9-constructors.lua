-- §3.4.9 Table Constructors
local function f() return 1, 2, 3 end
local t = { [f()] = "one", "x"; x = 1, f(), [30] = 23; 45, f() }
assert(t[1] == "x" and t.x == 1 and t[2] == 1 and t[3] == 45 and t[4] == 1 and t[6] == 3 and t[30] == 23 and #t == 6)
assert(#{ f() } == 3 and #{ f(), f() } == 4 and #{ (f()) } == 1 and #{ f(), nil } == 1)
assert(next({}) == nil and #{ nil } == 0 and ({ nil, 2 })[2] == 2 and select("#", table.unpack({ n = 1 })) == 0)
local function va(...) return { ... }, { 0, ... }, { ..., "end" } end
local a, b, c = va(7, 8, 9)
assert(#a == 3 and #b == 4 and b[4] == 9 and #c == 2 and c[1] == 7 and c[2] == "end")
assert(#({ va() })[1] == 0)
-- nested, trailing separators, keys of every kind, later ones win
local deep = { { { 1 }, }, k = { [1.5] = { [true] = "v" } }, }
assert(deep[1][1][1] == 1 and deep.k[1.5][true] == "v")
assert(({ x = 1, x = 2 }).x == 2 and ({ [1] = "a", "b" })[1] == "b")
-- long constructors
local parts = {}
for i = 1, 1000 do parts[i] = tostring(i) end
local big = load("return {" .. table.concat(parts, ",") .. "}")()
assert(#big == 1000 and big[777] == 777)
-- the order of evaluation
local seq = {}
local function s(v) seq[#seq + 1] = tostring(v); return v end
local _ = { s(1), [s("k")] = s("v"), s(2), n = s("w"), s(3) }
assert(table.concat(seq) == "1kv2w3", table.concat(seq))
-- errors
assert(select(2, pcall(load("return {[nil] = 1}"))):find("index is nil", 1, true))
assert(select(2, pcall(load("return {[0/0] = 1}"))):find("index is NaN", 1, true))
