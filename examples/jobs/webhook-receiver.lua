-- Receives signed webhooks until it has as many as it waits for.
local secret = assert(env.get("WEBHOOK_SECRET"), "WEBHOOK_SECRET is not set")
local expected = math.tointeger(env.get("EXPECTED") or "1000")
local received, total = 0, 0
local all = async.channel(1)

local function receive(req)
  local signature = "sha256=" .. crypto.hmac(secret, req.body, "sha256")
  if not crypto.compare(signature, req.headers["x-signature"] or "") then
    return { status = 401, body = "bad signature" }
  end
  received, total = received + 1, total + req:json().amount
  if received == expected then all:send(true) end
  return { status = 204 }
end

local server <close> = http.server(
  { host = env.get("HOST") or "0.0.0.0", port = math.tointeger(env.get("PORT") or "8080") },
  { POST = { ["/hook"] = receive } }
)
all:recv()
log.info("received", { webhooks = received, total = total })
