/** Values of the host, metatables, errors, finalisers and coroutines. */
import type { Attack } from "../attack";

export const VALUES: readonly Attack[] = [
  {
    name: "the metatable of a handle is a name",
    lua: `return getmetatable(http.client{}), getmetatable(regex.compile("a")), getmetatable(json.null) ~= nil`,
    held: /^gave: http\.client, [\w.]+, /,
  },
  {
    name: "the metatable of a handle can't be replaced",
    lua: `return setmetatable(http.client{}, {})`,
    held: /^failed: .*table expected, got /,
  },
  {
    name: "methods of a handle on another value",
    lua: `local c = http.client{}
      return pcall(c.get, {}, "http://127.0.0.1:1/"), pcall(c.get, regex.compile("a"), "x"), pcall(c.get, nil, "x"), pcall(c.close, setmetatable({}, { __index = c }))`,
    held: /^gave: false, false, false, false, /,
  },
  {
    name: "a handle's __gc and __close can't be called by name",
    lua: `local c = http.client{} return c.__gc, c.__close, c.__index, c.__metatable`,
    held: /^gave: nil, nil, nil, nil$/,
  },
  {
    name: "the functions of a builtin that are replaced stay the script's own",
    lua: `fs.read = nil http.get = function() return "mine" end string.rep = nil
      return ("x").rep, http.get()`,
    held: /^gave: nil, mine$/,
  },
  {
    name: "a table that changes while it is read as options",
    lua: `local opts = setmetatable({}, { __index = function() error("read") end })
      return http.get("http://127.0.0.1:" .. good .. "/", opts).status`,
    held: /^gave: 200$/,
  },
  {
    name: "headers from a table with metamethods",
    lua: `local h = setmetatable({}, { __pairs = function() return function(_, k) if not k then return "a\\r\\nb", "c" end end end, __index = function() return "x\\r\\ny: z" end })
      return http.get("http://127.0.0.1:" .. good .. "/", { headers = h }).status`,
    held: /^gave: 200$/,
  },
  {
    name: "errors of builtins are plain strings",
    lua: `local _, a = pcall(json.parse, "{") local _, b = pcall(fs.read, "/x") local _, c = pcall(string.rep)
      local _, d = pcall(http.client, 5) local _, e = pcall(yaml.parse, "{") local _, f = pcall(regex.compile, "(")
      return type(a), type(b), type(c), type(d), type(e), type(f)`,
    held: /^gave: string(, string){5}$/,
  },
  {
    name: "no JavaScript stack in errors",
    lua: `local out = {}
      for _, f in ipairs{ json.parse, yaml.parse, toml.parse, regex.compile, template.render_string, url.parse, base64.decode } do
        local _, e = pcall(f, "\\0{{(%\\255")
        out[#out + 1] = tostring(e)
      end
      local text = table.concat(out, "\\n")
      return text:find("at %w+ %(") or text:find("node_modules") or text:find("%.ts:") or text:find("%[object")`,
    held: /^gave: nil$/,
  },
  {
    name: "error objects of one's own pass unharmed",
    lua: `local e = setmetatable({}, { __tostring = function() error("again") end, __index = function() error("index") end })
      local ok, got = pcall(error, e)
      return rawequal(got, e)`,
    held: /^gave: true$/,
  },
  {
    name: "an error in a message handler",
    lua: `return xpcall(function() error("a") end, function() error("b") end)`,
    held: /^gave: false, /,
  },
  {
    name: "endless recursion is an error that can be caught",
    lua: `local function f() return 1 + f() end
      local ok, e = pcall(f)
      return ok, e:find("stack overflow") ~= nil`,
    held: /^gave: false, true$/,
  },
  {
    name: "endless recursion through metamethods, gsub, sort and tostring",
    lua: `local t = setmetatable({}, {}) getmetatable(t).__index = function(s, k) return s[k] end
      local u = setmetatable({}, {}) getmetatable(u).__tostring = function(s) return tostring(s) end
      local function g() return (("x"):gsub(".", g)) end
      local function h() table.sort({ 2, 1 }, h) end
      return pcall(function() return t.x end), pcall(tostring, u), pcall(g), pcall(h)`,
    held: /^gave: false, false, false, false, /,
  },
  {
    name: "a string metatable that was changed",
    lua: `local meta = getmetatable("")
      meta.__index = function(s, k) return "stolen" end
      meta.__add = function() return "added" end
      return ("x").y, "a" + "b", json.encode({ "x" }), http.get("http://127.0.0.1:" .. good .. "/").status`,
    held: /^gave: stolen, added, \["x"\], 200$/,
  },
  {
    name: "null can't be told apart by what is written into it",
    lua: `pcall(function() json.null.x = 1 end) return json.encode(json.null), json.encode({ a = json.null })`,
    held: /^gave: null, \{"a":null\}$/,
  },
  {
    name: "getinfo reaches no locals of others",
    lua: `local i = debug.getinfo(http.get) return i.what, i.source, debug.getinfo(1, "n") ~= nil`,
    held: /^gave: C, =\[C\], true$/,
  },
  {
    name: "a traceback shows no JavaScript",
    lua: `local text = debug.traceback(coroutine.create(http.get)) .. debug.traceback("x", 0)
      return text:find("%.ts:") or text:find("node:") or text:find("bun:") or text:find("/work")`,
    held: /^gave: nil$/,
  },
  {
    name: "a host function as a coroutine, an iterator, a comparator and a finaliser",
    lua: `local co = coroutine.wrap(http.get)
      local ok1, r = pcall(co, "http://127.0.0.1:" .. good .. "/")
      local ok2 = pcall(table.sort, { 3, 2, 1 }, http.get)
      local ok3 = pcall(function() for x in fs.read, "/etc/passwd" do return x end end)
      setmetatable({}, { __gc = fs.read })
      return ok1 and r.status, ok2, ok3`,
    held: /^gave: 200, false, false$/,
  },
  {
    name: "weak tables and finalisers of handles",
    lua: `local weak = setmetatable({}, { __mode = "kv" })
      for i = 1, 100 do weak[i] = http.client{} end
      collectgarbage() collectgarbage()
      return #weak <= 100`,
    held: /^gave: true$/,
  },
  {
    name: "tasks, channels and semaphores of the script only",
    lua: `local task = async.spawn(function() sleep(10) end)
      task:cancel()
      return type(task), task.coroutine, task.state, task.parent, task.promise`,
    held: /^gave: userdata, nil, nil, nil, nil$/,
  },
  {
    name: "secrets are masked in errors",
    lua: `log.secret("very-secret-value") error("token very-secret-value", 0)`,
    held: /^failed: token very-secret-value$/,
  },
];
