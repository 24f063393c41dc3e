-- 1,000 tasks that sleep at the same time, twenty times over; prints seconds and resident megabytes.
local function resident()
  return tonumber(fs.read("/proc/self/status"):match("VmRSS:%s*(%d+)")) / 1024
end

for _ = 1, 20 do
  local start = time()
  local tasks = {}
  for i = 1, 1000 do
    tasks[i] = async.spawn(function()
      sleep(0.2)
      return i
    end)
  end
  local sum = 0
  for i = 1, 1000 do sum = sum + tasks[i].await()[1] end
  assert.eq(sum, 500500)
  collectgarbage()
  print(("%.3f %.1f"):format(time() - start, resident()))
end
