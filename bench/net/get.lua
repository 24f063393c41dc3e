-- `get.lua URL COUNT CONCURRENCY`: fetches COUNT times, prints the seconds it took.
local url, count, concurrency = arg[1], math.tointeger(arg[2]), math.tointeger(arg[3])
local start = time()
local left = count
local function worker()
  while left > 0 do
    left = left - 1
    local res = http.get(url)
    if res.status ~= 200 or #res.body ~= 1024 then error("wrong response") end
  end
end
local tasks = {}
for i = 1, concurrency do tasks[i] = async.spawn(worker) end
for i = 1, concurrency do tasks[i].await() end
print(("%.3f"):format(time() - start))
