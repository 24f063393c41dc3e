-- §2.5 Garbage Collection: tables that only their own content refers to are finalised, too
-- In a file of its own: the heap is searched for such tables only as long as that takes no more than a share of the time
-- (src/lualib/finalizers.ts), but the first time in any case.
do
  local order = {}
  do
    local mt = { __gc = function(t) order[#order + 1] = t.name; assert(t.self[1] == t) end }
    for i = 1, 3 do
      local t = { name = i }
      t.self = { t }
      setmetatable(t, mt)
    end
  end
  local kept = setmetatable({}, { __gc = function() order[#order + 1] = "kept" end })
  kept.self = kept
  collectgarbage()
  collectgarbage()
  assert(table.concat(order, " ") == "3 2 1", table.concat(order, " "))
  assert(kept.self == kept)
end
