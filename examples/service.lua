-- A small service to try things against: `assay examples/service.lua`
--
--   GET    /health            { status = "ok" }
--   POST   /login             { user, password } -> { token }
--   GET    /items             all items               (token needed, as for all of /items)
--   POST   /items             { name, price } -> 201 and the new item
--   GET    /items/:id         one item, or 404
--   PUT    /items/:id         changes an item
--   DELETE /items/:id         204
--   GET    /slow?ms=200       answers after a while; others are served meanwhile
--
-- PORT=8080 chooses the port (any free one by default), DEMO_BROKEN=1 breaks the service on purpose:
-- it sells at the wrong price, and its health check says so.

local broken = env.get("DEMO_BROKEN") == "1"
local users = { demo = "secret" }
local tokens = {}
local items, last_id = {}, 0

local function problem(status, message)
  return { status = status, json = { error = message } }
end

-- Runs a handler only for requests that carry a token from /login.
local function protected(handler)
  return function(req)
    local token = (req.headers["Authorization"] or ""):match("^Bearer (%w+)$")
    if not tokens[token or ""] then return problem(401, "token missing or not valid") end
    return handler(req)
  end
end

-- The request's body as a table, or nil and the response to give instead.
local function read_json(req)
  local ok, data = pcall(json.parse, req.body)
  if ok and type(data) == "table" then return data end
  return nil, problem(400, "the body must be a JSON object")
end

local function check_item(data)
  if type(data.name) ~= "string" or data.name == "" then return "name must be a string" end
  if math.type(data.price) ~= "integer" or data.price < 0 then
    return "price must be a whole number of cents"
  end
end

local function find(req)
  return items[math.tointeger(tonumber(req.params.id))]
end

local function login(req)
  local data, bad = read_json(req)
  if not data then return bad end
  if data.password == nil or users[data.user] ~= data.password then
    return problem(403, "wrong user or password")
  end
  local token = ("%016x"):format(math.random(0))
  tokens[token] = data.user
  log.info("login", { user = data.user })
  return { json = { token = token } }
end

local function list_items()
  local all = json.array()
  for id = 1, last_id do
    all[#all + 1] = items[id]
  end
  return { json = { items = all } }
end

local function create(req)
  local data, bad = read_json(req)
  if not data then return bad end
  local complaint = check_item(data)
  if complaint then return problem(422, complaint) end
  last_id = last_id + 1
  local price = broken and data.price + 1 or data.price
  items[last_id] = { id = last_id, name = data.name, price = price }
  return {
    status = 201,
    headers = { Location = "/items/" .. last_id },
    json = items[last_id],
  }
end

local function show(req)
  local item = find(req)
  if not item then return problem(404, "no such item") end
  return { json = item }
end

local function change(req)
  local item = find(req)
  if not item then return problem(404, "no such item") end
  local data, bad = read_json(req)
  if not data then return bad end
  local complaint = check_item(data)
  if complaint then return problem(422, complaint) end
  item.name, item.price = data.name, data.price
  return { json = item }
end

local function remove(req)
  local item = find(req)
  if not item then return problem(404, "no such item") end
  items[item.id] = nil
  return { status = 204 }
end

local function health()
  if broken then return problem(503, "broken on purpose (DEMO_BROKEN=1)") end
  return { json = { status = "ok" } }
end

local function slow(req)
  local ms = tonumber(req.params.ms) or 200
  sleep(math.min(ms, 5000) / 1000)
  return { json = { waited = ms } }
end

local options = {
  host = "127.0.0.1",
  port = math.tointeger(tonumber(env.get("PORT") or "0")),
  on_listen = function(server)
    print("listening on " .. server.url)
    io.stdout:flush()
  end,
}

http.serve(options, {
  ["/health"] = { GET = health },
  ["/login"] = { POST = login },
  ["/items"] = { GET = protected(list_items), POST = protected(create) },
  ["/items/:id"] = { GET = protected(show), PUT = protected(change), DELETE = protected(remove) },
  ["/slow"] = { GET = slow },
})
