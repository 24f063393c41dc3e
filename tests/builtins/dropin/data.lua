local raises = require("raises").raises

-- json
raises(json.parse, '{"a":}', "json.parse: expected value at line 1 column 6")
raises(json.parse, '{"a":1} x', "json.parse: trailing characters at line 1 column 9")
raises(json.parse, "", "json.parse: EOF while parsing a value at line 1 column 0")
raises(json.parse, "[1,]", "json.parse: trailing comma at line 1 column 4")
raises(json.parse, '{"a":1', "json.parse: EOF while parsing an object at line 1 column 6")
raises(json.parse, ("["):rep(200), "json.parse: ")
assert.eq(json.encode { 1, 2, 3 }, "[1,2,3]")
assert.eq(json.encode { 1, nil, 3 }, '{"1":1,"3":3}')
assert.eq(json.encode(2.0), "2.0")
assert.eq(json.encode(1e300), "1e300")
assert.eq(json.encode(0.1), "0.1")
assert.eq(json.encode(nil), "null")
assert.eq(json.encode { b = 1, a = 2 }, '{"a":2,"b":1}')
assert.eq(json.encode { [1.5] = 1 }, '{"1.5":1}')
assert.eq(json.encode("é/\n\1"), '"é/\\n\\u0001"')
raises(json.encode, 0 / 0, "cannot encode NaN as JSON number")
raises(json.encode, math.huge, "cannot encode inf as JSON number")
raises(json.encode, { [true] = 1 }, "unsupported table key type: boolean")
raises(json.encode, print, "unsupported Lua type for JSON: function")
local cyclic = {}
cyclic.t = cyclic
raises(json.encode, cyclic, "cycle")
assert.eq(math.type(json.parse("1.0")), "float")
assert.eq(math.type(json.parse("9223372036854775807")), "integer")
assert.eq(math.type(json.parse("9223372036854775808")), "float")
assert.eq(json.parse('{"a":1,"a":2}').a, 2)
assert.eq(json.parse(42), 42)
local holes = json.parse("[1,null,3]")
assert.eq(holes[2], nil)
assert.eq(holes[3], 3)

-- yaml
local doc = yaml.parse("a: 1\nb: [x, y]\nc: yes\nd: 007\ne: 0x1f\nf: 1.0\ng: ~\n1: z\n")
assert.eq(doc.a, 1)
assert.eq(doc.b[2], "y")
assert.eq(doc.c, "yes")
assert.eq(doc.d, "007")
assert.eq(doc.e, 31)
assert.eq(math.type(doc.f), "float")
assert.eq(doc.g, nil)
assert.eq(doc["1"], "z")
assert.eq(yaml.parse(""), nil)
raises(yaml.parse, "a: 1\n---\nb: 2", "yaml.parse: ")
raises(yaml.parse, "a: [", "yaml.parse: ")
raises(yaml.encode, print, "yaml.encode: ")
assert.eq(yaml.encode { a = { 1 }, b = "x" }, "a:\n- 1\nb: x\n")
assert.eq(
  yaml.encode { a = "yes", b = "1", c = "l1\nl2\n", d = "null", e = "" },
  "a: 'yes'\nb: '1'\nc: |\n  l1\n  l2\nd: 'null'\ne: ''\n"
)

-- toml
local t = toml.parse('a = 1\nb = 1.0\n[s]\nx = ["p", "q"]\n')
assert.eq(t.a, 1)
assert.eq(math.type(t.b), "float")
assert.eq(t.s.x[2], "q")
raises(toml.parse, "a = ", "toml.parse: ")
raises(toml.encode, 5, "toml.encode: ")
raises(toml.encode, { 1, 2 }, "toml.encode: ")
assert.eq(toml.encode { a = 1, xs = { 1, 2 }, one = { 1 }, s = { k = "v" } },
  'a = 1\none = [1]\nxs = [\n    1,\n    2,\n]\n\n[s]\nk = "v"\n')

-- base64
assert.eq(base64.encode("hello"), "aGVsbG8=")
assert.eq(base64.decode("aGVsbG8="), "hello")
raises(base64.decode, "aGVsbG8", "base64.decode: ")
raises(base64.decode, "a b=", "base64.decode: ")
raises(base64.decode, "_-==", "base64.decode: ")

-- regex: text first, pattern second
assert.eq(regex.match("abc123", "\\d+"), true)
local found = regex.find("k=v", "(\\w)=(\\w)")
assert.eq(found.match, "k=v")
assert.eq(found.groups[2], "v")
assert.eq(regex.find("x", "y"), nil)
assert.eq(regex.find("ac", "a(b)?(c)").groups[1], nil)
assert.eq(regex.find("ac", "a(b)?(c)").groups[2], "c")
assert.eq(#regex.find_all("a1b22", "\\d+"), 2)
assert.eq(#regex.find_all("a", "\\d"), 0)
assert.eq(regex.replace("a1", "(?P<d>\\d)", "<${d}$$>"), "a<1$>")
assert.eq(regex.replace("a1", "(\\d)", "$1a"), "a")
assert.eq(regex.replace("a1", "\\d", "$"), "a$")
raises(regex.match, "a", "(", "regex.match: invalid pattern: ")

-- template
assert.eq(
  template.render_string(
    "Hi {{ n }}{% for x in xs %} {{ x.y }}{% endfor %}{% if ok %}!{% else %}?{% endif %}",
    { n = "A", xs = { { y = 1 }, { y = 2 } }, ok = true }
  ),
  "Hi A 1 2!"
)
assert.eq(template.render_string("{{ 'a'|upper }}{{ xs|length }}[{{ no }}]", { xs = { 1, 2 } }), "A2[]")
assert.eq(template.render_string("{{ t }} {{ n }} {{ f }}", { t = true, f = 1.0 }), "true  1.0")
assert.eq(template.render_string("{{ '<' }}{{ '<'|e }}"), "<&lt;")
assert.eq(template.render_string("a\n"), "a")
raises(template.render_string, "{% bad %}", "template.render_string: syntax error: ")
raises(template.render_string, "{{ a|nofilter }}", "unknown filter")
raises(template.render_string, "x", 5, "template.render_string: second argument must be a table or nil")
raises(template.render, "/nope.j2", 5, "template.render: second argument must be a table or nil")
raises(
  template.render,
  "/nope.j2",
  'template.render: failed to read "/nope.j2": No such file or directory (os error 2)'
)
fs.write(arg[1] .. "/t.j2", "Hello {{ who }}\n")
assert.eq(template.render(arg[1] .. "/t.j2", { who = "W" }), "Hello W")
