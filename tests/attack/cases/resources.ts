/** More memory and time than there is: with 64 MiB and 3 seconds, each as a process of its own. */
import type { Attack } from "../attack";

/** Time is no matter. */
export const MEMORY =
  /^failed: .*(not enough memory|too large|overflow|too many|too long)|^stopped: memory$/s;
/** Nothing but time ends these. */
export const TIME = /^stopped: timeout$/;
const EITHER =
  /^failed: .*(not enough memory|too large|too many|too long)|^stopped: (memory|timeout)$/s;

const CASES: readonly Omit<Attack, "process">[] = [
  { name: "string.rep", lua: `return #string.rep("x", 1 << 40)`, held: MEMORY },
  {
    name: "string.rep with a separator",
    lua: `return #string.rep("", 1 << 30, "xxxxxxxx")`,
    held: MEMORY,
  },
  { name: "doubling by ..", lua: `local s = "x" while true do s = s .. s end`, held: MEMORY },
  {
    name: "table.concat",
    lua: `local t = {} for i = 1, 1000 do t[i] = ("x"):rep(1000000) end return #table.concat(t)`,
    held: MEMORY,
  },
  // sizes are hints that reserve nothing
  { name: "table.create", lua: `return #table.create(1 << 30, 0)`, held: /^gave: 0$/ },
  {
    name: "table.create over and over",
    lua: `local t = {} while true do t[#t + 1] = table.create(100000) end`,
    held: EITHER,
  },
  {
    name: "string.format with a wide field",
    lua: `return #string.format("%99999d", 1)`,
    held: /^failed: .*invalid conversion/,
  },
  {
    name: "string.format with many fields",
    lua: `return #string.format(("%99d"):rep(1000000), table.unpack({}, 1, 250))`,
    held: /^failed: /,
  },
  {
    name: "string.pack",
    lua: `return #string.pack("!16" .. ("xxxxxxxxXi16"):rep(100000) .. "s16", ("x"):rep(1 << 28))`,
    held: MEMORY,
  },
  {
    name: "gsub that grows",
    lua: `local s = "x" while true do s = s:gsub(".", "%0%0%0%0") end`,
    held: EITHER,
  },
  {
    name: "utf8.char and unpack",
    lua: `return utf8.char(table.unpack({}, 1, 1e8))`,
    held: /^failed: /,
  },
  {
    name: "tables in tables",
    lua: `local t = {} while true do t = { t, {}, {} } end`,
    held: EITHER,
  },
  {
    name: "a table of strings",
    lua: `local t = {} for i = 1, math.huge do t[i] = ("x"):rep(1000) .. i end`,
    held: EITHER,
  },
  {
    name: "memory errors that are caught",
    lua: `local keep = {} while true do pcall(function() for i = 1, 1e9 do keep[#keep + 1] = { i } end end) end`,
    held: EITHER,
  },
  {
    name: "closures and coroutines",
    lua: `local t = {} while true do t[#t + 1] = coroutine.wrap(function() coroutine.yield() end) t[#t]() end`,
    held: EITHER,
  },
  { name: "tasks", lua: `while true do async.spawn(function() sleep(100) end) end`, held: EITHER },
  {
    name: "a channel that nobody reads",
    lua: `local c = async.channel(1e9) while true do c:send(("x"):rep(1000)) end`,
    held: /^failed: |^stopped: (memory|timeout)$/,
  },
  { name: "a loop", lua: `while true do end`, held: TIME },
  {
    name: "a loop that catches errors",
    lua: `while true do pcall(function() while true do end end) end`,
    held: TIME,
  },
  {
    name: "a loop in a coroutine",
    lua: `coroutine.wrap(function() while true do coroutine.yield() end end)() local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end`,
    held: TIME,
  },
  {
    name: "a loop in a task",
    lua: `async.spawn(function() while true do end end):await()`,
    held: TIME,
  },
  {
    name: "a loop in a message handler",
    lua: `xpcall(error, function() while true do end end)`,
    held: TIME,
  },
  {
    name: "a loop in a closing method after the time is over",
    lua: `local x <close> = setmetatable({}, { __close = function() while true do end end }) while true do end`,
    held: TIME,
  },
  {
    name: "a loop in a finaliser",
    lua: `setmetatable({}, { __gc = function() while true do end end }) return 1`,
    held: /^gave: 1$|^stopped: timeout$/,
  },
  {
    name: "a loop in an error's __tostring",
    lua: `error(setmetatable({}, { __tostring = function() while true do end end }))`,
    held: TIME,
  },
  { name: "waiting for ever", lua: `sleep(1e9)`, held: TIME },
  {
    name: "waiting in a loop that catches errors",
    lua: `while true do pcall(sleep, 1e9) end`,
    held: TIME,
  },
  {
    name: "a pattern that backtracks",
    lua: `return (("a"):rep(30000)):find(".-.-.-.-.-b")`,
    held: TIME,
  },
  {
    name: "a pattern with many repetitions",
    lua: `return (("a"):rep(5000)):match(("a-"):rep(100) .. "b")`,
    held: TIME,
  },
  {
    name: "gsub with a slow pattern",
    lua: `return (("a"):rep(100000)):gsub("a*a*a*a*b", "")`,
    held: TIME,
  },
  {
    name: "table.move over a range without end",
    lua: `return table.move({}, 1, math.maxinteger - 1, 2)`,
    held: TIME,
  },
  {
    name: "table.sort with a comparator that lies",
    lua: `local t = {} for i = 1, 100000 do t[i] = i end table.sort(t, function() return true end)`,
    held: /^failed: .*invalid order function|^stopped: timeout$|^gave: $/,
  },
  {
    name: "a regular expression that would backtrack",
    lua: `return regex.match(("a"):rep(50000) .. "!", "^(a+)+$")`,
    held: /^gave: false$/,
  },
  {
    name: "a regular expression that would grow",
    lua: `return regex.compile("((((a{1000}){1000}){1000}){1000})")`,
    held: /^failed: .*/,
  },
  {
    name: "many alternatives",
    lua: `return regex.match(("ab"):rep(20000), "(a|ab|b|ba)*c")`,
    held: /^gave: false$/,
  },
  {
    name: "deep JSON",
    lua: `return json.parse(("["):rep(1000000))`,
    held: /^failed: .*(depth|deep|nest)/,
  },
  {
    name: "deep tables as JSON",
    lua: `local t = {} for i = 1, 100000 do t = { t } end return json.encode(t)`,
    held: /^failed: .*(depth|deep|nest)/,
  },
  {
    name: "circular tables as JSON",
    lua: `local t = {} t.t = t return json.encode(t)`,
    held: /^failed: /,
  },
  {
    name: "large JSON",
    lua: `return #json.parse("[" .. ("[],"):rep(8000000) .. "1]")`,
    held: EITHER,
  },
  { name: "deep YAML", lua: `return yaml.parse(("["):rep(100000))`, held: /^failed: / },
  {
    name: "YAML aliases that multiply",
    lua: `local s = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\\n"
      for i = 1, 12 do s = s .. ("a%d: &a%d [%s]\\n"):format(i, i, ("*a" .. i - 1 .. ","):rep(10)) end
      return yaml.parse(s)`,
    held: /^failed: yaml\.parse: /,
  },
  {
    name: "deep YAML blocks",
    lua: `local s = {} for i = 0, 3000 do s[#s + 1] = (" "):rep(i) .. "a:" end return yaml.parse(table.concat(s, "\\n"))`,
    held: /^failed: /,
  },
  { name: "deep TOML", lua: `return toml.parse("a = " .. ("["):rep(100000))`, held: /^failed: / },
  {
    name: "a template that loops",
    lua: `return #template.render_string("{% for i in range(100000) %}{% for j in range(100000) %}{{ i }}{% endfor %}{% endfor %}")`,
    held: /^failed: |^stopped: (timeout|memory)$/,
  },
  {
    name: "a template that includes itself",
    lua: `fs.write(writable .. "/self.txt", "{% include 'self.txt' %}") return template.render(writable .. "/self.txt")`,
    held: /^failed: |^stopped: /,
  },
  {
    name: "an Eta template that includes itself",
    lua: `fs.write(writable .. "/self.eta", "<%~ include('self.eta') %>") return template.eta_file(writable .. "/self.eta")`,
    held: /^failed: |^stopped: /,
  },
  { name: "deep source text", lua: `return load(("("):rep(1000000) .. "1")`, held: /^gave: nil, / },
  {
    name: "a long chain of operators",
    lua: `return load("return " .. ("1 .. "):rep(300000) .. "1")`,
    held: /^gave: |^failed: /,
  },
  {
    name: "many functions",
    lua: `return #assert(load(("local function f() end "):rep(100) .. ("f() "):rep(1000000) .. "return ''"))()`,
    held: /^gave: |^failed: |^stopped: /,
  },
  {
    name: "many locals",
    lua: `return load(("local a "):rep(1000))`,
    held: /^gave: nil, .*too many local variables/,
  },
  {
    name: "a body that inflates",
    lua: `local s = http.server({ host = "127.0.0.1", port = 0 }, { ["/"] = function()
        return { body = base64.decode(BOMB), headers = { ["content-encoding"] = "gzip" } } end })
      return #http.get(s.url .. "/", { max_size = 1000000 }).body`.replace("BOMB", () =>
      JSON.stringify(gzipBomb()),
    ),
    held: /^failed: .*larger than 1000000 bytes/,
  },
  { name: "random numbers without end", lua: `return #crypto.random(1 << 40)`, held: /^failed: / },
  {
    name: "SQL that makes a large value",
    lua: `local c <close> = db.connect("sqlite::memory:") return #db.query(c, "select zeroblob(900000000) as x")[1].x`,
    held: EITHER,
  },
  {
    name: "SQL that makes rows without end",
    lua: `local c <close> = db.connect("sqlite::memory:") return db.query(c, "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n")`,
    held: EITHER,
  },
  {
    name: "an environment variable without end",
    lua: `env.set("X", ("x"):rep(1 << 30))`,
    held: MEMORY,
  },
];

export const RESOURCES: readonly Attack[] = CASES.map((c) => ({ ...c, process: true }));

/** 200 MB of zeros. */
function gzipBomb(): string {
  return Buffer.from(Bun.gzipSync(new Uint8Array(200_000_000))).toString("base64");
}
