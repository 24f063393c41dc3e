-- §2.5.3: a table that only its own content refers to is finalised by a collection. Here its content
-- is kept for __gc, and refers back to it: __gc runs when the state closes.
local collected = false
do
  local t = {}
  t.self = { t }
  setmetatable(t, { __gc = function() collected = true end })
end
collectgarbage()
collectgarbage()
assert(collected)
