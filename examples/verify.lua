-- Verifies the demo service: `assay examples/verify.lua http://127.0.0.1:8080`
-- (or with the address in ASSAY_DEMO_URL). Ends with exit code 0 when all is well, and with a
-- readable message and exit code 1 when the service misbehaves.

local base = arg[1] or env.get("ASSAY_DEMO_URL")
assert(base, "no address given: assay examples/verify.lua URL, or set ASSAY_DEMO_URL")

log.info("verifying " .. base)

-- Health: the service may need a moment to come up.
local client = http.client { base_url = base, timeout = 5, retries = 3 }
local health = client:get("/health")
assert.eq(health.status, 200, "health check says: " .. health.body)
assert.eq(health:json().status, "ok")
log.info("service is healthy")

-- Login: a wrong password is refused, the right one gives a token.
local refused = client:post("/login", { user = "demo", password = "guess" })
assert.eq(refused.status, 403, "a wrong password must be refused")
local login = client:post("/login", { user = "demo", password = "secret" })
assert.eq(login.status, 200, "login failed: " .. login.body)
local token = json.parse(login.body).token
assert.matches(token, "^%x+$", "the token looks odd")
assert.eq(client:get("/items").status, 401, "items must not be readable without a token")

local api = http.client {
  base_url = base,
  timeout = 5,
  headers = { Authorization = "Bearer " .. token },
}

-- Items: create, read back, change, delete.
local wares = { { name = "apple", price = 120 }, { name = "pear", price = 95 }, { name = "Käse", price = 850 } }
local ids, mine = {}, {}
for _, ware in ipairs(wares) do
  local created = api:post("/items", ware)
  assert.eq(created.status, 201, "creating " .. ware.name .. ": " .. created.body)
  local item = created:json()
  assert.eq(created.headers.location, "/items/" .. item.id)
  assert.eq(item.name, ware.name)
  assert.eq(item.price, ware.price, "price of " .. ware.name)
  ids[#ids + 1], mine[item.id] = item.id, true
end
log.info("items created", { count = #ids })

assert.eq(api:post("/items", { name = "", price = 1 }).status, 422, "a nameless item must be refused")
assert.eq(api:post("/items", "not json").status, 400, "a body that is no JSON must be refused")

local changed = api:put("/items/" .. ids[1], { name = "apple", price = 99 })
assert.eq(changed:json().price, 99)
assert.eq(api:delete("/items/" .. ids[2]).status, 204)
assert.eq(api:get("/items/" .. ids[2]).status, 404, "a deleted item must be gone")

-- A coroutine that hands out the items one by one; it waits for the network inside, like any code.
local function each_item()
  return coroutine.wrap(function()
    for _, item in ipairs(api:get("/items"):json().items) do
      coroutine.yield(api:get("/items/" .. item.id):json())
    end
  end)
end

-- Others may have items there, too.
local total, names = 0, {}
for item in each_item() do
  if mine[item.id] then
    total = total + item.price
    names[#names + 1] = item.name
  end
end
assert.eq(total, 99 + 850, "sum of the prices")
assert.contains(table.concat(names, ", "), "Käse")
log.info("items read back", { names = table.concat(names, ", "), total = total })
for _, id in ipairs { ids[1], ids[3] } do assert.eq(api:delete("/items/" .. id).status, 204) end

-- Tasks run side by side: five requests of 200 ms each take far less than a second.
local started = time()
local handles = {}
for i = 1, 5 do
  handles[i] = async.spawn(function()
    local r = client:get("/slow", { query = { ms = 200 } })
    return r.status, r:json().waited
  end)
end
for i, handle in ipairs(handles) do
  local result = handle.await()
  assert.eq(result[1], 200, "slow request " .. i)
  assert.eq(result[2], 200)
end
local elapsed = time() - started
assert.lt(elapsed, 0.9, "five slow requests must run side by side")
log.info(("five slow requests in %.1f s"):format(elapsed))

print("all checks passed")
