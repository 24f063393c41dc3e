import { expect, test } from "vitest";
import { harness, luaString } from "./harness";

const { run, failure } = harness();
const parse = (text: string) => run("return json.parse(...)", [text]);
const parseFailure = (text: string) => failure(`json.parse(${luaString(text)})`);

test("scalars", async () => {
  expect(await run(`return json.parse("1"), json.parse(" true "), json.parse('"x"')`)).toEqual([
    1,
    true,
    "x",
  ]);
  expect(await run(`return json.parse("null")`)).toEqual([undefined]);
});

test("integers and floats stay apart", async () => {
  const types = await run(`
    local r = {}
    for _, s in ipairs{"1", "-0", "1.0", "1e3", "9007199254740993", "9223372036854775807",
        "-9223372036854775808", "9223372036854775808", "1e-7"} do
      r[#r + 1] = math.type(json.parse(s)) .. " " .. tostring(json.parse(s))
    end
    return r`);
  expect(types[0]).toEqual([
    "integer 1",
    "integer 0",
    "float 1.0",
    "float 1000.0",
    "integer 9007199254740993",
    "integer 9223372036854775807",
    "integer -9223372036854775808",
    "float 9.2233720368547758e+18",
    "float 1e-07",
  ]);
});

test("random doubles are read and written exactly", async () => {
  const numbers: number[] = [];
  const bits = new DataView(new ArrayBuffer(8));
  for (let seed = 1; numbers.length < 2000; ) {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    bits.setUint32(0, seed);
    bits.setUint32(4, Math.imul(seed, 2654435761));
    const x = bits.getFloat64(0);
    if (Number.isFinite(x)) numbers.push(x);
  }
  const [out] = await run("return json.encode(json.parse(...))", [JSON.stringify(numbers)]);
  expect(JSON.parse(out as string)).toEqual(numbers);
});

test("arrays, objects, nesting, duplicate keys", async () => {
  expect(await parse('{"a":[1,{"b":2}],"c":null,"a":3}')).toEqual([{ a: 3 }]);
  expect(await run('local t = json.parse("[1,null,3]") return t[1], t[2], t[3]')).toEqual([
    1,
    undefined,
    3,
  ]);
  expect(
    await run('local t = json.parse(\'{"__proto__":1,"1":2}\') return t.__proto__, t["1"], t[1]'),
  ).toEqual([1, 2, undefined]);
});

test("strings: escapes become UTF-8, bytes pass", async () => {
  expect(await parse('"a\\u00e9\\ud83d\\ude00\\n\\"\\/é"')).toEqual(['aé😀\n"/é']);
  expect(await run('return #json.parse("\\"\\xff\\"")')).toEqual([1]);
});

test.each([
  ["", "EOF while parsing a value at line 1 column 0"],
  ["[1,", "EOF while parsing a value at line 1 column 3"],
  ["[1,]", "trailing comma at line 1 column 4"],
  ["[1 2]", "expected `,` or `]` at line 1 column 4"],
  ['{\n  "a" 1}', "expected `:` at line 2 column 7"],
  ["{a:1}", "key must be a string at line 1 column 2"],
  ["nul", "EOF while parsing a value at line 1 column 3"],
  ["nope", "expected ident at line 1 column 2"],
  ["01", "invalid number at line 1 column 2"],
  ["1.", "EOF while parsing a value at line 1 column 2"],
  ["1.x", "invalid number at line 1 column 3"],
  ["1e999", "number out of range at line 1 column 5"],
  ["1 2", "trailing characters at line 1 column 3"],
  ['"\t"', "control character (\\u0000-\\u001F) found while parsing a string at line 1 column 2"],
  ['"\\x"', "invalid escape at line 1 column 3"],
  ['"\\ud800x"', "lone surrogate in hex escape at line 1 column 8"],
  ['"abc', "EOF while parsing a string at line 1 column 4"],
  ["[".repeat(200), "nesting deeper than 128 levels at line 1 column 129"],
])("parse error for %j", async (text, cause) => {
  expect(await parseFailure(text)).toBe(`json.parse: ${cause}`);
});

test("128 levels are fine", async () => {
  const text = "[".repeat(128) + "]".repeat(128);
  expect(await run("return json.encode(json.parse(...))", [text])).toEqual([text]);
});

test("encode: keys sorted, shapes, numbers", async () => {
  const cases: [string, string][] = [
    ['{b = 1, a = {1, 2.0, "x"}, ["é"] = true}', '{"a":[1,2.0,"x"],"b":1,"é":true}'],
    ["{}", "{}"],
    ["{1, nil, 3}", '{"1":1,"3":3}'],
    ['{[1] = "a", x = 1}', '{"1":"a","x":1}'],
    ["{[1.5] = 1, [-2] = 2}", '{"-2":2,"1.5":1}'],
    ["nil", "null"],
    ["json.null", "null"],
    ["{json.null}", "[null]"],
    ["math.maxinteger", "9223372036854775807"],
    [
      "{-0.0, 1e15, 1e16, 1e-5, 1e-6, 0.1, 1e300}",
      "[-0.0,1000000000000000.0,1e16,0.00001,1e-6,0.1,1e300]",
    ],
    ["json.array()", "[]"],
    ["json.array{1, nil, 3}", "[1,null,3]"],
    ["json.object{1, 2}", '{"1":1,"2":2}'],
    ['"\\0\\n\\"/\\127"', '"\\u0000\\n\\"/\u007f"'],
    ["string.rep('\"', 100)", JSON.stringify('"'.repeat(100))],
    ["{[10] = 1, [9] = 2}", '{"10":1,"9":2}'],
    ["123456789012", "123456789012"],
  ];
  for (const [lua, json] of cases) expect(await run(`return json.encode(${lua})`)).toEqual([json]);
});

test("an empty array that was read is written as one again", async () => {
  expect(await run(`return json.encode(json.parse('{"a":[],"b":{}}'))`)).toEqual([
    '{"a":[],"b":{}}',
  ]);
  expect(await run(`local t = json.parse("[]") t.x = 1 return json.encode(t)`)).toEqual([
    '{"x":1}',
  ]);
});

test("empty lists of builtins are arrays, and tables as any other", async () => {
  expect(
    await run(`
    local lite, dir = db.connect("sqlite::memory:"), fs.tempdir()
    local stub <close> = http.stub { exchanges = {} }
    local nothing = function() end
    local lists = {
      lite:query("SELECT 1 WHERE 0"),
      regex.find_all("a", "b"),
      string.split(" "),
      fs.list(dir),
      fs.readdir(dir),
      fs.glob(dir .. "/*"),
      async.all({}),
      async.all({ nothing }),
      async.map({}, nothing),
      async.spawn(nothing):await(),
      yaml.parse_all(""),
      stub:requests(),
      stub:unused(),
    }
    for i, l in ipairs(lists) do
      assert.eq(json.encode(l), "[]", i)
      assert.eq(l, {}, i)
      assert.eq(#l, 0, i)
      assert.eq(next(l), nil, i)
      l.x = 1
      assert.eq(json.encode(l), '{"x":1}', i)
    end
    lite:close()
    fs.remove(dir)
    return #lists`),
  ).toEqual([13]);
});

test("null can be kept", async () => {
  const [text, same] = await run(`
    local t = json.parse('{"a":null,"b":[null,1]}', {null = json.null})
    return json.encode(t), t.a == json.null`);
  expect(text).toBe('{"a":null,"b":[null,1]}');
  expect(same).toBe(true);
  expect(await run("return tostring(json.null)")).toEqual(["null"]);
});

test("a byte order mark in front is no part of the text", async () => {
  expect(await run('return json.parse("\\xef\\xbb\\xbf[1]")[1]')).toEqual([1]);
  expect(await failure('json.parse("\\xef\\xbb\\xbf[x")')).toMatch(/ at line 1 column 2$/);
});

test("pretty", async () => {
  expect(await run("return json.encode({a = {1, {}}, b = json.array()}, {pretty = true})")).toEqual(
    ['{\n  "a": [\n    1,\n    {}\n  ],\n  "b": []\n}'],
  );
  expect(await run("return json.encode({1}, {indent = 4})")).toEqual(["[\n    1\n]"]);
});

test.each([
  ["0/0", "cannot encode NaN as JSON number"],
  ["{a = {1, math.huge}}", "cannot encode inf as JSON number at .a[2]"],
  ["{[true] = 1}", "unsupported table key type: boolean"],
  [
    '{x = {["1"] = true, [3] = 1, [1] = 2}}',
    'two keys are both "1" as text, a number and a string at .x',
  ],
  ["{x = {[{}] = 1}}", "unsupported table key type: table at .x"],
  ["{f = print}", "unsupported Lua type for JSON: function at .f"],
  ["coroutine.create(print)", "unsupported Lua type for JSON: thread"],
  ['{["a b"] = "\\xff"}', 'string is not valid UTF-8 at ["a b"]'],
])("encode error for %s", async (lua, cause) => {
  expect(await failure(`json.encode(${lua})`)).toBe(`json.encode: ${cause}`);
});

test("cycles are named", async () => {
  expect(await failure("local t = {a = {b = {}}} t.a.b.c = t.a json.encode(t)")).toBe(
    "json.encode: cycle: .a.b.c is the table at .a again",
  );
  // the same table twice is no cycle
  expect(await run("local t = {1} return json.encode({t, t})")).toEqual(["[[1],[1]]"]);
});

test("argument errors are Lua's own", async () => {
  expect(await failure("json.parse()")).toBe(
    "t.lua:1: bad argument #1 to 'parse' (string expected, got no value)",
  );
  expect(await failure("json.encode({}, {indent = 0})")).toBe(
    "t.lua:1: bad argument #2 to 'encode' (field 'indent': value from 1 to 16 expected, got 0)",
  );
  expect(await failure("json.parse({})")).toBe(
    "t.lua:1: bad argument #1 to 'parse' (string expected, got table)",
  );
});

test("what JSON.parse accepts, and nothing else", async () => {
  let seed = 42;
  const random = (n: number) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed % n;
  };
  const base = '{"a":[1,-2.5e3,"x\\n",{"b":null}],"c":true,"d":"\\u0041"}';
  const junk = '{}[],:"\\ 0123456789eE+-.tfnulrasx\n';
  const texts = Array.from({ length: 3000 }, () => {
    const chars = [...base];
    for (let k = random(3); k >= 0; k--)
      chars.splice(random(chars.length), random(3), junk[random(junk.length)] as string);
    return chars.join("");
  });
  const [results] = await run(
    "local r = {} for i, s in ipairs(...) do r[i] = (pcall(json.parse, s)) end return r",
    [texts],
  );
  texts.forEach((text, i) => {
    let valid = true;
    try {
      JSON.parse(text);
    } catch {
      valid = false;
    }
    expect([text, (results as boolean[])[i]]).toEqual([text, valid]);
  });
});

test("objects that come often are read as the first one was", async () => {
  // one line a document; each is read often enough for the reader to expect its names
  const documents = [
    `{"a":1,"b":[2,null,3],"c":null}`,
    `{"a":1,"c":"x","b":{"a":null,"b":2}}`,
    `{"a":1,"a":2,"b":3}`,
    `{"a":1,"a":null}`,
    `{"__proto__":1,"constructor":{"__proto__":2},"toString":3}`,
    `{"1":1,"x":2,"":3,"2x":4}`,
    `{"a\\"b":1,"\\u0061":2,"g\u00f6":3}`,
    `{ "a" : 1 , "b" : [ ] , "c" : { } }`,
    JSON.stringify(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${i}`, i]))),
  ];
  await run(
    `local function show(v)
      if type(v) ~= "table" then return tostring(v) end
      local names = {}
      for k, x in pairs(v) do names[#names + 1] = tostring(k) .. "=" .. show(x) end
      return "{" .. table.concat(names, ",") .. "}"
    end
    local documents, first = {...}, {}
    for i, d in ipairs(documents) do first[i] = show(json.parse(d)) end
    for round = 1, 100 do
      for i, d in ipairs(documents) do assert.eq(show(json.parse(d)), first[i]) end
    end
    -- a table that was read is a table like any other
    local t = json.parse(documents[1])
    t.d, t.a = true, nil
    assert.eq(json.encode(t), '{"b":{"1":2,"3":3},"d":true}')`,
    documents,
  );
});

test("a name with a quote in it is not taken for the one that was there before", async () => {
  expect(
    await failure(`for i = 1, 100 do json.parse('{"a\\\\"b":1}') end json.parse('{"a"b":1}')`),
  ).toBe("json.parse: expected `:` at line 1 column 5");
});

test("objects whose names are data, without end", async () => {
  await run(`
    for i = 1, 5000 do
      local t = json.parse(('{"a%d":%d,"b":{"c%d":1}}'):format(i, i, i))
      assert.eq(t["a" .. i], i)
      assert.eq(t.b["c" .. i], 1)
    end`);
});

test("decimal fractions are written as the shortest text that reads back", async () => {
  const numbers = [0.1, -0.1, 12.5, 0.0001, 0.00012, 99.9999, 123456789.1234, 1234567890.5, 1 / 3];
  for (let i = 0; i < 2000; i++) numbers.push((i * 7919) / 10 ** (i % 6));
  const fractions = numbers.filter((n) => !Number.isInteger(n));
  const text = (await run("return json.encode({...})", fractions))[0];
  expect(text).toBe(JSON.stringify(fractions));
});

test("encode: a failure leaves nothing behind, and all bytes are looked at", async () => {
  await run(`
    local t = {1}
    t[2] = t
    for i = 1, 10 do
      assert.eq(pcall(json.encode, {t}), false)
      assert.eq(json.encode({{1}}), "[[1]]")
    end
    local long = ("x"):rep(60)
    for _, bad in ipairs { "\\xff", long .. "\\xff", "\\n\\xff", long .. "\\n\\xff" } do
      assert.eq(pcall(json.encode, bad), false)
      assert.eq(pcall(json.encode, { [bad] = 1 }), false)
      assert.eq(pcall(json.encode, { a = 1, [bad] = 1 }), false)
      assert.eq(pcall(json.encode, { 1, x = { [bad] = 1 } }), false)
    end
    for _, good in ipairs { "é", long .. "é", "\\né", long .. "\\né" } do
      for _ = 1, 3 do assert.eq(json.parse(json.encode { a = 1, [good] = good })[good], good) end
    end`);
});
