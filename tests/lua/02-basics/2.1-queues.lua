-- §2.1, §3.4.7: queues, whose integer keys move on for ever
-- a queue takes as much memory as the elements that are in it, however many have been
do
  -- kilobytes, where the system says it
  local function memory(name)
    local f = io.open("/proc/self/status")
    if f == nil then return 0 end
    local text = f:read("a")
    f:close()
    return tonumber(text:match(name .. ":%s*(%d+)"))
  end
  local function work(rounds)
    local q, head, last = {}, 1, 10
    for i = 1, 10 do q[i] = i end
    for i = 1, rounds do
      last = last + 1
      q[last] = i
      q[head] = nil
      head = head + 1
    end
    assert(q[last] == rounds)
  end
  -- what the machinery needs itself, before what the queue needs is measured
  work(1000000)
  local before = memory("VmHWM")
  work(8000000)
  local grown = memory("VmHWM") - before
  assert(grown < 32768, grown)
end

local function isBorder(t, b) return (b == 0 or t[b] ~= nil) and t[b + 1] == nil end

-- elements one after the other, of which there are only so many at a time
for _, live in ipairs { 1, 10, 400 } do
  local q, head, last = {}, 1, 0
  for _ = 1, live do last = last + 1 q[last] = last end
  for i = 1, 20000 do
    last = last + 1
    q[last] = last
    assert(q[head] == head)
    q[head] = nil
    head = head + 1
  end
  assert(isBorder(q, #q))
  local n = 0
  for k, v in pairs(q) do assert(k == v and k >= head and k <= last) n = n + 1 end
  assert(n == live)
  -- and the other way, and once more from 1 on
  while last >= head do q[last] = nil last = last - 1 end
  assert(next(q) == nil and #q == 0)
  for i = 1, 500 do q[i] = i end
  assert(#q == 500)
end

-- requests by number: some are never answered, the first among them
for _, first in ipairs { 1, 2, 777 } do
  local pending, stuck = {}, 0
  for id = 1, 20000 do
    pending[id] = id
    if id ~= first and id % 2000 ~= 0 then pending[id] = nil else stuck = stuck + 1 end
    if id % 3 == 0 then pending[id] = id end
    if id > 3 and (id - 3) % 3 == 0 and (id - 3) % 2000 ~= 0 and id - 3 ~= first then pending[id - 3] = nil end
  end
  assert(isBorder(pending, #pending))
  assert(pending[first] == first and pending[10000] == 10000 and pending[10001] == nil)
end

-- a traversal that clears what it meets goes on, wherever the elements are
for _, live in ipairs { 50, 100, 200, 400 } do
  for _, size in ipairs { 255, 256, 257, 1023, 1024, 1025, 5000 } do
    local q, last = { name = "q" }, 0
    for i = 1, size do
      last = last + 1
      q[last] = last
      if last > live then q[last - live] = nil end
    end
    local seen, k = {}, next(q)
    while k ~= nil do
      assert(not seen[k] and q[k] ~= nil)
      seen[k] = true
      q[k] = nil
      assert(isBorder(q, #q))
      k = next(q, k)
    end
    for i = math.max(last - live + 1, 1), last do assert(seen[i]) end
    assert(seen.name and next(q) == nil)
  end
end

-- elements in front keep their place, and so do key 0 and fields
do
  local t = { [0] = 0, "a", "b", "c", name = "t" }
  for i = 4, 3000 do
    t[i] = i
    if i > 8 then t[i - 4] = nil end
  end
  assert(t[0] == 0 and t[1] == "a" and t[2] == "b" and t[3] == "c" and t.name == "t")
  for i = 4, 2996 do assert((t[i] ~= nil) == (i == 4)) end
  for i = 2997, 3000 do assert(t[i] == i) end
  assert(isBorder(t, #t) and isBorder(t, rawlen(t)))
  for i = 5, 2996 do t[i] = -i end
  assert(#t == 3000 and t[1000] == -1000)
end

-- a table with a finaliser
do
  local t = setmetatable({}, { __gc = function() end })
  for i = 1, 3000 do
    t[i] = i
    if i > 5 then t[i - 5] = nil end
  end
  assert(t[2995] == nil and t[2996] == 2996 and t[3000] == 3000)
  assert(isBorder(t, #t))
end

-- inserting and removing in a table that is mostly nil
do
  local t = {}
  for i = 1, 255 do t[i] = i end
  for i = 1, 250 do t[i] = nil end
  local b = #t
  assert(isBorder(t, b))
  table.insert(t, "new")
  assert(t[b + 1] == "new" and isBorder(t, #t))
  if b == 255 then assert(t[251] == 251 and t[255] == 255) end
  b = #t
  local v = t[b]
  assert(table.remove(t) == v and t[b] == nil and isBorder(t, #t))
  local u = {}
  for i = 1, 255 do u[i] = i end
  for i = 1, 250 do u[i] = nil end
  b = #u
  if b == 255 then
    table.insert(u, 253, "in")
    assert(u[252] == 252 and u[253] == "in" and u[254] == 253 and u[256] == 255)
  end
end

-- the keys of a map that are tables, used one after the other
do
  local set, ring = {}, {}
  for i = 1, 20000 do
    local k = {}
    set[k] = i
    local old = ring[i % 16]
    if old then set[old] = nil end
    ring[i % 16] = k
  end
  local n = 0
  for k in pairs(set) do n = n + 1 end
  assert(n == 16)
end

-- appending to a weak table takes no longer the more it holds
for _, mode in ipairs { "k", "v", "kv" } do
  local w, start = setmetatable({}, { __mode = mode }), os.clock()
  for i = 1, 20000 do w[#w + 1] = i end
  assert(#w == 20000)
  for i = 20000, 10001, -1 do w[#w] = nil end
  assert(#w == 10000)
  for i = 1, 5000 do w[i] = nil end
  assert(isBorder(w, #w))
  for i = 5001, 10000 do w[i] = nil end
  assert(#w == 0)
  assert(os.clock() - start < 2)
  for i = 1, 1000 do w[i] = i end
  assert(#w == 1000)
end

-- taking the first key again and again, and going on from keys that have gone
for name, key in pairs {
  string = function(i) return "k" .. i end,
  float = function(i) return i + 0.5 end,
} do
  for _, size in ipairs { 10, 33, 100, 3000, 20000 } do
    local t, start = {}, os.clock()
    for i = 1, size do t[key(i)] = i end
    local gone = {}
    for i = 1, size // 2 do
      local k = next(t)
      assert(t[k] ~= nil)
      t[k] = nil
      gone[i] = k
    end
    for _ = 1, 20 do assert(t[next(t)] ~= nil) end
    collectgarbage()
    -- whichever key the traversal goes on from, it meets all that are left and lie behind
    for i = 1, size // 2, math.max(size // 20, 1) do
      local n, k = 0, next(t, gone[i])
      while k ~= nil do
        n = n + 1
        k = next(t, k)
      end
      assert(n == size - size // 2, name)
    end
    assert(not pcall(next, t, key(size + 1)))
    -- a key that comes back is met
    local back = gone[1]
    t[back] = "back"
    local met = 0
    for k in pairs(t) do
      if k == back then met = met + 1 end
      t[k] = nil
    end
    assert(met == 1 and next(t) == nil)
    for i = 1, size do t[key(i)] = i end
    local n = 0
    while next(t) ~= nil do
      for k in pairs(t) do t[k] = nil break end
      n = n + 1
    end
    assert(n == size and (os.clock() - start < 3 or size < 20000), name)
  end
end
