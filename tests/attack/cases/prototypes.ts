/** JavaScript behind Lua: prototypes, globals, functions and code that is spliced into code. */
import type { Attack } from "../attack";

export const PROTOTYPES: readonly Attack[] = [
  {
    name: "__proto__ of a table is a key like any other",
    lua: `local t = {} t.__proto__ = { stolen = 1 } return ({}).stolen, t.stolen, t.__proto__.stolen`,
    held: /^gave: nil, nil, 1$/,
  },
  {
    name: "members of Object.prototype are not there",
    lua: `local t = {}
      return t.constructor, t.toString, t.hasOwnProperty, t.__proto__, t.valueOf, t.__defineGetter__,
        t.__lookupSetter__, t.isPrototypeOf`,
    held: /^gave: nil(, nil){7}$/,
  },
  {
    name: "members of Object.prototype are not there in the globals",
    lua: `return constructor, toString, __proto__, hasOwnProperty, globalThis, Bun, Function, eval, process, window, Symbol`,
    held: /^gave: nil(, nil){10}$/,
  },
  {
    name: "a dictionary with many keys has none of its own",
    lua: `local t = {} for i = 1, 5000 do t["k" .. i] = i end
      return t.constructor, t.__proto__, t.size, t.get, t.has, t.length`,
    held: /^gave: nil(, nil){5}$/,
  },
  {
    name: "arrays have no members",
    lua: `local t = { 1, 2, 3 } return t.length, t.push, t.constructor, t["0"], t[0]`,
    held: /^gave: nil(, nil){4}$/,
  },
  {
    name: "strings have Lua's methods only",
    lua: `return ("x").constructor, ("x").length, ("x").charCodeAt, ("x").__proto__, ("x").at`,
    held: /^gave: nil(, nil){4}$/,
  },
  {
    name: "numbers have no members",
    lua: `return (1).constructor`,
    held: /^failed: .*attempt to index a number value/,
  },
  {
    name: "functions have no members",
    lua: `return print.constructor("return process")()`,
    held: /^failed: .*attempt to index a function value/,
  },
  {
    name: "functions can't be called by their JavaScript methods",
    lua: `local f = string.rep return f.call, f.apply, f.bind`,
    held: /^failed: .*attempt to index a function value/,
  },
  {
    name: "coroutines have no members",
    lua: `return coroutine.create(print).top`,
    held: /^failed: .*attempt to index a thread value/,
  },
  {
    name: "handles show nothing but what is declared",
    lua: `local c = http.client{}
      return c.transport, c.constructor, c.__proto__, c.inner, c.cls, c.value, c.baseUrl, c.defaults`,
    held: /^gave: nil(, nil){7}$/,
  },
  {
    name: "regex handles hide the engine",
    lua: `local r = regex.compile("a+") return r.constructor, r.__proto__, r.pattern_, r.re2Input, r.inner`,
    held: /^gave: nil(, nil){4}$/,
  },
  {
    name: "fields of handles can't be set",
    lua: `local c = http.client{} c.constructor = 1`,
    held: /^failed: .*attempt to index a .* value|^failed: .*constructor/,
  },
  {
    name: "JSON with __proto__ and constructor",
    lua: `local t = json.parse('{"__proto__":{"stolen":1},"constructor":{"prototype":{"stolen":2}}}')
      return ({}).stolen, t.__proto__.stolen, t.constructor.prototype.stolen, json.encode(t)`,
    held: /^gave: nil, 1, 2, \{"__proto__":\{"stolen":1\},"constructor":\{"prototype":\{"stolen":2\}\}\}$/,
  },
  {
    name: "YAML with __proto__",
    lua: `local t = yaml.parse("__proto__: {stolen: 1}\\nconstructor: {prototype: {stolen: 2}}")
      return ({}).stolen, t.__proto__.stolen, t.stolen, t.constructor.prototype.stolen`,
    held: /^gave: nil, 1, nil, 2$/,
  },
  {
    name: "YAML merge keys and tags don't make objects",
    lua: `local ok, e = pcall(yaml.parse, '!!js/function "function(){return process}"')
      return type(e) ~= "function", pcall(yaml.parse, "a: !!js/undefined ''") and true`,
    held: /^gave: true/,
  },
  {
    name: "TOML with __proto__",
    lua: `local ok, t = pcall(toml.parse, "[__proto__]\\nstolen = 1\\n[a.__proto__]\\nstolen = 2")
      return ({}).stolen, ok and t.stolen`,
    held: /^gave: nil, (nil|false)$/,
  },
  {
    name: "query strings with __proto__",
    lua: `local q = url.parse("http://h/?__proto__=1&constructor=2").query
      return ({}).stolen, type(q)`,
    held: /^gave: nil, /,
  },
  {
    name: "environment variables with names of JavaScript",
    lua: `return env.get("__proto__"), env.get("constructor"), env.get("toString"), os.getenv("hasOwnProperty")`,
    held: /^gave: nil, nil, nil, nil$/,
  },
  {
    name: "columns called __proto__",
    lua: `local c <close> = db.connect("sqlite::memory:")
      local r = db.query(c, [[select 1 as "__proto__", 2 as "constructor"]])[1]
      return ({}).stolen, r.__proto__, r.constructor`,
    held: /^gave: nil, 1, 2$/,
  },
  {
    name: "options under __proto__ are not read",
    lua: `local c = http.client{ __proto__ = { base_url = "http://127.0.0.1:" .. bad } }
      return c:get("/")`,
    held: /^failed: http\.client\.get: invalid URL|^failed: .*invalid URL/,
  },
  {
    name: "log fields called __proto__",
    lua: `log.info("m", { __proto__ = "x", constructor = "y" }) return ({}).stolen`,
    held: /^gave: nil$/,
  },
  {
    name: "identifiers that are words of JavaScript",
    lua: `local constructor, __proto__, arguments, eval, process, globalThis, await, this, X, R = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
      local function f(prototype, new, delete) return prototype, new, delete end
      return constructor + __proto__ + arguments + eval + process + globalThis + await + this + X + R, f(1, 2, 3)`,
    held: /^gave: 55, 1, 2, 3$/,
  },
  {
    name: "JavaScript in string literals stays text",
    lua: `return load([[return "\\u{2028}*/;process.exit(9);//", '${"$"}{process.exit(9)}', "\\0</script>"]])() ~= nil`,
    held: /^gave: true$/,
  },
  {
    name: "JavaScript in chunk names stays text",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is part of the attack
    lua: 'return load("return 1", "`${process.exit(9)}*/ process.exit(9) //\\n\'")()',
    held: /^gave: 1$/,
  },
  {
    name: "JavaScript in labels, attributes and method names stays text",
    lua: `local t = { ["constructor"] = function() return 1 end }
      goto __proto__
      ::__proto__::
      return t:constructor(), load("goto process.exit()") == nil`,
    held: /^gave: 1, true$/,
  },
  {
    name: "code that closes the generated function",
    lua: `return load("return 1]]})();process.exit(9)//") , load("}} process.exit(9) {{")`,
    held: /^gave: nil, .*, nil, |^gave: nil, nil, /,
  },
  {
    name: "Jinja templates reach no JavaScript",
    lua: `return template.render_string("{{ x.constructor }}|{{ x.__proto__ }}|{{ self }}|{{ x.constructor.constructor }}",
      { x = {} })`,
    held: /^(gave: (?!.*(function|native|\[object)).*|failed: template\.render_string: .*)$/s,
  },
  {
    name: "Jinja filters that reach into objects",
    lua: `return template.render_string("{{ x|attr('__class__') }}{{ ''.__class__.__mro__ }}", { x = 1 })`,
    held: /^(gave: |failed: template\.render_string: )(?!.*class ').*$/s,
  },
  {
    name: "Eta templates run Lua, not JavaScript",
    lua: `return template.eta("<%= tostring(process) .. tostring(globalThis) .. tostring(constructor) %>")`,
    held: /^gave: nilnilnil$/,
  },
  {
    name: "Eta templates with JavaScript are a syntax error",
    lua: `return template.eta("<% process.mainModule.require('child_process').exec('id') %>")`,
    held: /^failed: .*/,
  },
  {
    name: "string.format can't read memory or methods",
    lua: `return pcall(string.format, "%n"), pcall(string.format, "%*d", 5), string.format("%s", "%s%n"), pcall(string.format, "%s", setmetatable({}, { __name = "x", __tostring = function() return 1 end }))`,
    held: /^gave: false, .*/,
  },
];
