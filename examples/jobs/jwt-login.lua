-- Logs in with a signed assertion (RFC 7523) and makes three API calls.
local base = assert(env.get("API_URL"), "API_URL is not set")
local key = fs.read(assert(env.get("KEY_FILE"), "KEY_FILE is not set"))

local now = math.floor(time())
local assertion = crypto.jwt_sign({
  iss = "robot", sub = "robot", aud = base, iat = now, exp = now + 300,
}, key, "RS256")
local login = http.post(base .. "/oauth/token", nil, { form = {
  grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion = assertion,
} })
assert.eq(login.status, 200, "login: " .. login.body)

local api = http.client {
  base_url = base,
  headers = { Authorization = "Bearer " .. login:json().access_token },
  timeout = 10,
}
local before = #api:get("/projects"):json()
local created = api:post("/projects", { name = "assay", public = false })
assert.eq(created.status, 201, "creating the project: " .. created.body)
local project = api:get("/projects/" .. created:json().id):json()
assert.eq(project.name, "assay")
log.info("project created", { id = project.id, projects = before + 1 })
