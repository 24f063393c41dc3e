/** Connections to where none may go. Allowed are `127.0.0.1:<good>`, and to listen on 127.0.0.1:0. */
import type { Attack } from "../attack";

const REFUSED = /^failed: .*not allowed/;

/** Spellings of the forbidden server's address. */
const SPELLINGS: readonly string[] = [
  "127.0.0.1",
  "127.1",
  "2130706433",
  "0x7f000001",
  "0177.0.0.1",
  "0x7f.1",
  "[::1]",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "[0:0:0:0:0:ffff:127.0.0.1]",
  "0.0.0.0",
  "0",
  "[::]",
  "localhost",
  "LOCALHOST.",
  "127.0.0.1.",
  "%31%32%37.0.0.1",
  "１２７.0.0.1",
];

export const NETWORK: readonly Attack[] = [
  ...SPELLINGS.map((host) => ({
    name: `http to ${host}`,
    lua: `return http.get("http://${host}:" .. bad .. "/").body`,
    held: /^failed: .*(not allowed|invalid URL)/,
  })),
  {
    name: "the allowed address in all spellings is one",
    lua: `local n = 0
      for _, h in ipairs{ "127.0.0.1", "127.1", "2130706433", "0x7f.0.0.1", "[::ffff:127.0.0.1]" } do
        local ok, r = pcall(http.get, "http://" .. h .. ":" .. good .. "/")
        if ok and r.status == 200 then n = n + 1 end
      end
      return n`,
    held: /^gave: 5$/,
  },
  {
    name: "an allowed host as user name",
    lua: `return http.get("http://127.0.0.1:" .. good .. "@127.0.0.1:" .. bad .. "/").body`,
    held: REFUSED,
  },
  {
    name: "an allowed host as user name behind a backslash",
    lua: `return http.get("http://127.0.0.1:" .. bad .. "\\\\@127.0.0.1:" .. good .. "/").body`,
    held: REFUSED,
  },
  {
    name: "an allowed host in the fragment",
    lua: `return http.get("http://127.0.0.1:" .. bad .. "#@127.0.0.1:" .. good .. "/").body`,
    held: REFUSED,
  },
  {
    name: "white space and control characters in the host",
    lua: `return http.get("http://127.0.0.1:" .. good .. "\\r\\n@127.0.0.1:" .. bad .. "/").body`,
    held: /^failed: /,
  },
  {
    name: "the allowed host on another port",
    lua: `return http.get("http://127.0.0.1:1/")`,
    held: REFUSED,
  },
  { name: "https", lua: `return http.get("https://127.0.0.1:" .. bad .. "/")`, held: REFUSED },
  {
    name: "a redirect",
    lua: `return http.get("http://127.0.0.1:" .. good .. "/to/http%3A%2F%2F127.0.0.1%3A" .. bad .. "%2F").body`,
    held: REFUSED,
  },
  {
    name: "a redirect to another spelling",
    lua: `return http.get("http://127.0.0.1:" .. good .. "/to/%2F%2F2130706433%3A" .. bad .. "%2F").body`,
    held: REFUSED,
  },
  {
    name: "a redirect of a download",
    lua: `return http.download("http://127.0.0.1:" .. good .. "/to/http%3A%2F%2Flocalhost%3A" .. bad, writable .. "/d")`,
    held: REFUSED,
  },
  {
    name: "a redirect of an event stream",
    lua: `return http.get("http://127.0.0.1:" .. good .. "/to/http%3A%2F%2Flocalhost%3A" .. bad, { on_event = print })`,
    held: REFUSED,
  },
  {
    name: "a redirect to a file",
    lua: `return http.get("http://127.0.0.1:" .. good .. "/to/file%3A%2F%2F%2Fetc%2Fpasswd").body`,
    held: /^failed: .*redirected to an invalid address/,
  },
  {
    name: "other schemes",
    lua: `local out = {}
      for _, u in ipairs{ "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:" .. bad .. "/_x",
        "data:text/plain,x", "unix:/var/run/docker.sock", "http+unix://%2Fvar%2Frun%2Fdocker.sock/info", "blob:x" } do
        out[#out + 1] = tostring(pcall(http.get, u))
      end
      return table.concat(out, " ")`,
    held: /^gave: false( false){6}$/,
  },
  {
    name: "a base_url that the path overrides",
    lua: `local c = http.client{ base_url = "http://127.0.0.1:" .. good }
      return pcall(c.get, c, "http://127.0.0.1:" .. bad .. "/"), c:get("//127.0.0.1:" .. bad .. "/x").status`,
    held: /^gave: false.*200$/,
  },
  {
    name: "a proxy option",
    lua: `local c = http.client{ proxy = "http://127.0.0.1:" .. bad }
      return c:get("http://127.0.0.1:" .. good .. "/").body`,
    held: REFUSED,
  },
  {
    name: "an allowed server as proxy to a forbidden one",
    lua: `local c = http.client{ proxy = "http://127.0.0.1:" .. good }
      return c:get("http://127.0.0.1:" .. bad .. "/").body`,
    held: REFUSED,
  },
  {
    name: "an allowed server as tunnel to a forbidden one",
    lua: `local c = http.client{ proxy = "http://127.0.0.1:" .. good, insecure = true }
      return c:get("https://forbidden.example/").body`,
    held: REFUSED,
  },
  {
    name: "ws",
    lua: `return ws.connect("ws://127.0.0.1:" .. bad .. "/")`,
    held: REFUSED,
  },
  {
    name: "ws by another spelling",
    lua: `return ws.connect("ws://2130706433:" .. bad .. "/")`,
    held: REFUSED,
  },
  {
    name: "ws to a Unix socket",
    lua: `return ws.connect("ws+unix:///var/run/docker.sock:/")`,
    held: /^failed: .*unsupported URL scheme/,
  },
  {
    name: "PostgreSQL",
    lua: `return db.connect("postgres://u:secretpw@127.0.0.1:" .. bad .. "/x")`,
    held: REFUSED,
  },
  {
    name: "PostgreSQL with a host parameter",
    lua: `return db.connect("postgres://127.0.0.1:" .. good .. "/x?host=localhost&port=" .. bad)`,
    held: REFUSED,
  },
  {
    name: "PostgreSQL with several hosts",
    lua: `return db.connect("postgres://127.0.0.1:" .. good .. "/x?host=127.0.0.1,localhost&port=" .. bad)`,
    held: /^failed: /,
  },
  {
    name: "PostgreSQL over a Unix socket",
    lua: `return db.connect("postgres:///x?host=/var/run/postgresql")`,
    held: /^failed: .*Unix sockets are not allowed/,
  },
  {
    name: "MySQL",
    lua: `return db.connect("mysql://u:secretpw@127.0.0.1:" .. bad .. "/x")`,
    held: REFUSED,
  },
  {
    name: "MySQL with a decimal address",
    lua: `return db.connect("mysql://u@2130706433:" .. bad .. "/x")`,
    held: REFUSED,
  },
  {
    name: "MySQL with a host that an URL splits elsewhere",
    lua: `return db.connect("mysql://u@x:" .. good .. "/x?host=127.0.0.1%5C@localhost&port=" .. bad)`,
    held: REFUSED,
  },
  {
    name: "MySQL over a Unix socket",
    lua: `return db.connect("mysql://u@localhost/x?socket=/run/mysqld/mysqld.sock")`,
    held: /^failed: .*Unix sockets are not allowed/,
  },
  { name: "listening everywhere", lua: `return http.server(0, {})`, held: REFUSED },
  {
    name: "listening on a port",
    lua: `return http.server({ host = "127.0.0.1", port = 8099 }, {})`,
    held: REFUSED,
  },
  {
    name: "listening on another address",
    lua: `return http.server({ host = "::", port = 0 }, {})`,
    held: REFUSED,
  },
  {
    name: "listening on a Unix socket",
    lua: `return http.server({ host = "unix:/tmp/x.sock", port = 0 }, {})`,
    held: REFUSED,
  },
  {
    name: "line breaks in a header's value",
    lua: `return http.get("http://127.0.0.1:" .. good .. "/", { headers = { x = "a\\r\\nInjected: 1" } }).body`,
    held: /^failed: .*line breaks are not allowed/,
  },
  {
    name: "line breaks in a header's name",
    lua: `return http.get("http://127.0.0.1:" .. good .. "/", { headers = { ["x: 1\\r\\nInjected"] = "a" } }).body`,
    held: /^failed: .*invalid header name/,
  },
  {
    name: "line breaks in the path, the query and the method",
    lua: `local r = http.get("http://127.0.0.1:" .. good .. "/a\\r\\nInjected: 1", { query = { q = "\\r\\nInjected: 2" } })
      return r.body:find("Injected\\",") == nil, pcall(http.request, "GET / HTTP/1.1\\r\\nInjected: 3\\r\\n", "http://127.0.0.1:" .. good)`,
    held: /^gave: true, false, /,
  },
  {
    name: "line breaks in credentials of the URL",
    lua: `local r = http.get("http://u%0d%0aInjected:p%0d%0aInjected@127.0.0.1:" .. good .. "/")
      return r.body:find('"Injected') == nil`,
    held: /^(gave: true|failed: )/,
  },
  {
    name: "line breaks in headers of ws",
    lua: `return ws.connect("ws://127.0.0.1:" .. good .. "/", { headers = { x = "a\\r\\nInjected: 1" } })`,
    held: /^failed: .*line breaks are not allowed/,
  },
  {
    name: "line breaks in subprotocols of ws",
    lua: `return ws.connect("ws://127.0.0.1:" .. good .. "/", { subprotocols = { "a\\r\\nInjected: 1" } })`,
    held: /^failed: .*subprotocols/,
  },
  {
    name: "line breaks in headers of a response",
    lua: `local s = http.server({ host = "127.0.0.1", port = 0 }, { ["/"] = function()
        return { body = "x", headers = { a = "b\\r\\nInjected: 1\\r\\n\\r\\nbody" } } end })
      local r = http.get(s.url .. "/")
      s:close(0)
      return r.status, r.headers.injected, r.body:find("Injected")`,
    held: /^gave: 500, nil, nil$/,
  },
  {
    name: "line breaks in a redirect of a response",
    lua: `local s = http.server({ host = "127.0.0.1", port = 0 }, { ["/"] = function()
        return { redirect = "/x\\r\\nInjected: 1" } end })
      local r = http.get(s.url .. "/", { follow_redirects = false })
      s:close(0)
      return r.status, r.headers.injected`,
    held: /^gave: 500, nil$/,
  },
  {
    name: "line breaks in server-sent events",
    lua: `local s = http.server({ host = "127.0.0.1", port = 0 }, { ["/"] = function()
        return { sse = function(send) send{ event = "a\\ndata: injected", data = "x" } end } end })
      local ok, r = pcall(http.get, s.url .. "/")
      s:close(0)
      return ok and r.body:find("injected")`,
    held: /^gave: (nil|false)$/,
  },
  {
    name: "a Host header does not change where it goes",
    lua: `return http.get("http://127.0.0.1:" .. bad .. "/", { headers = { host = "127.0.0.1:" .. good } })`,
    held: REFUSED,
  },
  {
    name: "control characters in log lines",
    lua: `log.info("a\\27[2J\\r2026-01-01 ERROR fake", { k = "\\27]0;x\\7" }) return 1`,
    held: /^gave: 1$/,
  },
];
