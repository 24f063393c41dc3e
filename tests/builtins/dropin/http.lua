local raises = require("raises").raises

for _, m in ipairs { "get", "delete" } do
  raises(http[m], nil, "http." .. m .. ": first argument must be a URL string")
  raises(http[m], "http://x", "str", "http." .. m .. ": second argument must be a table or nil")
end
for _, m in ipairs { "post", "put", "patch" } do
  local name = "http." .. m
  raises(http[m], {}, name .. ": first argument must be a URL string")
  raises(http[m], "http://x", true, name .. ": second argument must be a string, table, or nil")
  raises(http[m], "http://x", "b", 3, name .. ": third argument must be a table or nil")
end

raises(
  http.client,
  { ca_cert_file = "/nope/ca.pem" },
  'http.client: failed to read CA cert file "/nope/ca.pem": No such file or directory (os error 2)'
)
raises(http.client, { ca_cert = "garbage" }, "http.client: invalid CA cert PEM: ")
fs.write(arg[1] .. "/bad.pem", "x")
raises(http.client, { ca_cert_file = arg[1] .. "/bad.pem" }, 'http.client: invalid PEM in "' .. arg[1])
assert.not_nil(http.client { timeout = "5" })
assert.not_nil(http.client())

raises(http.serve, "8080", {}, "http.serve: first argument must be a port number")
raises(http.serve, 8080.5, {}, "http.serve: first argument must be a port number")
raises(http.serve, 8080, "x", "http.serve: second argument must be a routes table")
raises(http.serve, 8080, nil, "http.serve: second argument must be a routes table")
raises(http.serve, 70000, {}, "http.serve: the port must be from 0 to 65535, got 70000")
raises(http.serve, 0, { GET = "x" }, "http.serve: ")
raises(http.serve, 0, { GET = { ["/"] = "x" } }, "http.serve: ")

async.spawn(function()
  http.serve(0, {
    get = {
      ["/x"] = function(req)
        local seen = { method = req.method, path = req.path, query = req.query, body = req.body }
        seen.a = req.headers["x-a"]
        return { status = "201", json = seen }
      end,
      ["/number"] = function() return { body = 42 } end,
      ["/nil"] = function() end,
      ["/error"] = function() error("secret") end,
      ["/type"] = function()
        return { headers = { ["Content-Type"] = "application/xml" }, body = "<a/>" }
      end,
      ["/status"] = function() return { status = 9999, body = "x" } end,
      ["/name"] = function() return { headers = { ["X Y"] = "1" }, body = "x" } end,
      ["/value"] = function() return { headers = { X = "a\r\nb: c" }, body = "x" } end,
      ["/bytes"] = function() return { body = "\0\xff\xfe" } end,
      ["/both"] = function() return { json = { a = 1 }, body = "no" } end,
    },
    POST = {
      ["/x"] = function(req)
        return { json = { body = req.body, type = req.headers["content-type"] } }
      end,
    },
  })
end)
sleep(0.1)
local base = "http://127.0.0.1:" .. _SERVER_PORT

local function get(path, opts) return http.get(base .. path, opts) end
local function post(body, opts) return json.parse(http.post(base .. "/x", body, opts).body) end

local res = get("/x?a=1&b=2", { headers = { ["X-A"] = "v" } })
assert.eq(res.status, 201)
assert.eq(res.headers["content-type"], "application/json")
assert.eq(
  json.parse(res.body),
  { method = "GET", path = "/x", query = "a=1&b=2", body = "", a = "v" }
)
assert.eq(post { a = { 1, 2 } }, { body = '{"a":[1,2]}', type = "application/json" })
assert.eq(post("plain"), { body = "plain" })
assert.eq(post({ a = 1 }, { headers = { ["content-type"] = "x/y" } }), { body = '{"a":1}', type = "x/y" })
assert.eq(get("/number").body, "42")
assert.eq(get("/number").headers["content-type"], "text/plain")
assert.eq(get("/nil").status, 500)
assert.eq(get("/error").status, 500)
assert.eq(get("/error").body:find("secret"), nil)
assert.eq(get("/type").headers["content-type"], "application/xml")
assert.eq(get("/status").status, 200)
assert.eq(get("/name").status, 500)
assert.eq(get("/value").status, 500)
assert.eq(get("/bytes").body, "\0\xff\xfe")
assert.eq(get("/both").body, '{"a":1}')
res = get("/none")
assert.eq(res.status, 404)
assert.eq(res.body, "not found")
assert.eq(res.headers["content-type"], "text/plain")
assert.eq(http.delete(base .. "/x").status, 404)
raises(http.serve, _SERVER_PORT, {}, "http.serve: bind failed: ")
local client = http.client { timeout = 2 }
assert.eq(client:get(base .. "/number").body, "42")
