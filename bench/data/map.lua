-- 10,000 items through async.map, sixteen at a time, twenty times over; prints seconds and resident
-- megabytes.
local function resident()
  return tonumber(fs.read("/proc/self/status"):match("VmRSS:%s*(%d+)")) / 1024
end

local items = {}
for i = 1, 10000 do items[i] = i end
for _ = 1, 20 do
  local start = time()
  local out = async.map(items, function(n)
    sleep(0.0001)
    return n * 2
  end, { concurrency = 16 })
  assert.eq(#out, 10000)
  assert.eq(out[10000], 20000)
  collectgarbage()
  print(("%.3f %.1f"):format(time() - start, resident()))
end
