/** Code and libraries that a sandbox does not have. */
import type { Attack } from "../attack";

export const MODULES: readonly Attack[] = [
  {
    name: "io",
    lua: `return io, package.loaded.io, pcall(require, "io") and true`,
    held: /^gave: nil, nil, false$/,
  },
  {
    name: "shell",
    lua: `return shell, package.loaded.shell, rawget(_G, "shell"), _ENV["shell"]`,
    held: /^gave: nil, nil, nil, nil$/,
  },
  {
    name: "process",
    lua: `return process, package.loaded.process, rawget(_G, "process")`,
    held: /^gave: nil, nil, nil$/,
  },
  {
    name: "require of shell",
    lua: `return require("shell")`,
    held: /^failed: .*module 'shell' not found/s,
  },
  {
    name: "require of process",
    lua: `return require("process")`,
    held: /^failed: .*module 'process' not found/s,
  },
  {
    name: "os",
    lua: `return os.execute, os.remove, os.rename, os.tmpname`,
    held: /^gave: nil, nil, nil, nil$/,
  },
  {
    name: "debug reaches no metatables, locals, upvalues or registry",
    lua: `local names = {}
      for k in pairs(debug) do names[#names + 1] = k end
      table.sort(names)
      return table.concat(names, " ")`,
    held: /^gave: getinfo traceback$/,
  },
  {
    name: "another require of the libraries",
    lua: `package.loaded.debug, package.loaded.os = nil, nil
      return pcall(require, "debug") and require("debug").setmetatable, pcall(require, "os") and require("os").execute`,
    held: /^gave: (false|nil), (false|nil)$/,
  },
  { name: "string.dump", lua: `return string.dump, ("").dump`, held: /^gave: nil, nil$/ },
  {
    name: "a binary chunk",
    lua: `return load("\\27Lua\\x55\\0", "x", "b")`,
    held: /^gave: nil, attempt to load a binary chunk/,
  },
  {
    name: "a binary chunk in pieces",
    lua: `local parts = { "\\27", "Lua\\x55", "\\0\\x19\\x93\\r\\n\\x1a\\n" }
      return load(function() return table.remove(parts, 1) end)`,
    held: /^gave: nil, attempt to load a binary chunk/,
  },
  {
    name: "a binary chunk in a file",
    lua: `fs.write(writable .. "/chunk.lua", "\\27Lua\\x55\\0\\x19\\x93\\r\\n\\x1a\\n")
      return loadfile(writable .. "/chunk.lua", "b")`,
    held: /^gave: nil, attempt to load a binary chunk/,
  },
  {
    name: "a binary chunk as a module",
    lua: `fs.write(writable .. "/bin.lua", "#!x\\n\\27Lua\\x55\\0\\x19\\x93\\r\\n\\x1a\\n")
      package.path = writable .. "/?.lua"
      return require("bin")`,
    held: /^failed: .*attempt to load a binary chunk/s,
  },
  {
    name: "loadfile",
    lua: `return loadfile(outside .. "/secret.lua")`,
    held: /^gave: nil, cannot open .*not allowed$/,
  },
  {
    name: "dofile",
    lua: `return dofile(outside .. "/secret.lua")`,
    held: /^failed: cannot open .*not allowed$/,
  },
  {
    name: "dofile through a link",
    lua: `return dofile(root .. "/evil.lua")`,
    held: /^failed: cannot open .*not allowed$/,
  },
  { name: "dofile of standard input", lua: `return dofile()`, held: /^failed: cannot open stdin/ },
  {
    name: "loadfile of standard input",
    lua: `return loadfile()`,
    held: /^gave: nil, cannot open stdin/,
  },
  {
    name: "what a file holds, by the syntax error",
    lua: `return loadfile("/etc/passwd")`,
    held: /not allowed$/,
  },
  {
    name: "package.path",
    lua: `package.path = outside .. "/?.lua" return require("secret")`,
    held: /^failed: .*module 'secret' not found/s,
  },
  {
    name: "package.path with the whole name",
    lua: `package.path = "?" return require(outside .. "/secret.lua")`,
    held: /^failed: .*not found/s,
  },
  {
    name: "package.path through a link",
    lua: `package.path = root .. "/?.lua" return require("evil")`,
    held: /^failed: .*module 'evil' not found/s,
  },
  {
    name: "a module's name with ..",
    lua: `package.path = root .. "/?.lua" return require("../outside/secret")`,
    held: /^failed: .*not found/s,
  },
  {
    name: "an embedded module's name with ..",
    lua: `return require("assay.../../../../outside/secret")`,
    held: /^failed: .*invalid module name|^failed: .*not found/s,
  },
  {
    name: "an embedded module's name with a slash or NUL",
    lua: `return pcall(require, "assay./etc/passwd"), pcall(require, "assay.x\\0y"), pcall(require, "assay.__proto__"), pcall(require, "assay.constructor")`,
    held: /^gave: false, false, false, false, .*not found/s,
  },
  {
    name: "package.searchpath tells what exists",
    lua: `return package.searchpath("passwd", "/etc/?"), package.searchpath("secret", outside .. "/?.txt")`,
    held: /^gave: nil, nil, /,
  },
  {
    name: "package.cpath and loadlib",
    lua: `package.cpath = "/lib/x86_64-linux-gnu/?.so.6"
      return pcall(require, "libc"), package.loadlib("/lib/x86_64-linux-gnu/libc.so.6", "system")`,
    held: /^gave: false, nil, /,
  },
  {
    name: "searchers of one's own are only Lua",
    lua: `table.insert(package.searchers, 1, function(n) return function() return n end end)
      return require("x"), io, shell`,
    held: /^gave: x, nil, nil$/,
  },
  {
    name: "variables of the environment",
    lua: `return os.getenv("SECRET_TOKEN"), env.get("SECRET_TOKEN"), env._process_get("SECRET_TOKEN")`,
    held: /^gave: nil, nil, nil$/,
  },
  { name: "all variables of the environment", lua: `return #env.list()`, held: /^gave: 0$/ },
  {
    name: "variables that were set stay in the sandbox",
    lua: `env.set("PATH", "/evil") env.set("HTTP_PROXY", "http://127.0.0.1:" .. bad)
      return env.get("PATH"), http.get("http://127.0.0.1:" .. good .. "/").status`,
    held: /^gave: \/evil, 200$/,
  },
  {
    name: "os.exit in a pcall only ends the script",
    lua: `return select("#", pcall(string.rep, "x", -1)), type(os.exit)`,
    held: /^gave: 2, function$/,
  },
];
