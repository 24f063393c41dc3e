import { expect, test } from "vitest";
import { harness } from "./harness";

const { run, failure } = harness();

test("percent-encoding of every byte", async () => {
  for (let b = 0; b < 256; b++) {
    const [text, back] = await run(
      "local s = ... return url.encode(s), url.decode(url.encode(s)) == s",
      [Uint8Array.of(b)],
    );
    const c = String.fromCharCode(b);
    const plain = /[A-Za-z0-9\-._~]/.test(c);
    expect(text).toBe(plain ? c : `%${b.toString(16).toUpperCase().padStart(2, "0")}`);
    expect(back).toBe(true);
  }
  expect(
    await run(`return url.encode("a b", {form = true}), url.decode("a+b", {form = true})`),
  ).toEqual(["a+b", "a b"]);
  expect(await run(`return url.decode("a+b")`)).toEqual(["a+b"]);
  expect(await failure(`url.decode("ab%2")`)).toBe("url.decode: invalid percent-encoding at 3");
});

test("parse", async () => {
  expect(
    await run("return url.parse(...)", [
      "HTTPS://bob:p%40ss@Example.com:8443/a/b%20c?x=1&y=a+b&x=2#f",
    ]),
  ).toEqual([
    {
      scheme: "https",
      user: "bob",
      password: "p@ss",
      host: "example.com",
      port: 8443,
      path: "/a/b%20c",
      query: "x=1&y=a+b&x=2",
      params: { x: ["1", "2"], y: "a b" },
      fragment: "f",
    },
  ]);
  expect(await run("return url.parse(...)", ["http://[2001:db8::1]:80"])).toEqual([
    { scheme: "http", host: "2001:db8::1", port: 80, path: "" },
  ]);
  // only ASCII has cases here: the rest are bytes
  expect(await run(`return url.parse("http://CAFÉ.example/").host`)).toEqual(["cafÉ.example"]);
  expect(await run("return url.parse(...)", ["/rel/path?"])).toEqual([
    { path: "/rel/path", query: "", params: {} },
  ]);
});

test.each([
  ["http://h:99999/", "invalid port"],
  ["http://h:8x/", "invalid port"],
  ["http://a b/", "invalid character at 9"],
  ["http://h/\\r\\nX: 1", "invalid character at 10"],
  ["http://h/%zz", "invalid percent-encoding at 10"],
  ["1x://a", "invalid scheme"],
  ["http://[::1", "invalid host"],
])("parse refuses %j", async (text, cause) => {
  expect(await failure(`url.parse("${text}")`)).toBe(`url.parse: ${cause}`);
});

test.each([
  "https://bob:p%40ss@example.com:8443/a/b%20c?x=1&x=2&y=a+b#frag",
  "http://[::1]:80/",
  "mailto:a@b",
  "//h/p",
  "/rel?q",
  "?q=%2F",
  "http://h",
  "urn:x:y",
  "",
])("what was parsed is built again: %j", async (text) => {
  expect(await run("return url.build(url.parse(...))", [text])).toEqual([text]);
});

test("build", async () => {
  const cases: [string, string][] = [
    ['{scheme = "http", host = "h", path = "a b", params = {q = "x&y"}}', "http://h/a%20b?q=x%26y"],
    ['{scheme = "http", host = "::1", port = 8080}', "http://[::1]:8080"],
    ['{scheme = "http", host = "h", user = "a:b", password = "@/"}', "http://a%3Ab:%40%2F@h"],
    ['{path = "//evil"}', "/.//evil"],
    ['{path = "a:b"}', "./a:b"],
    ['{host = "h", query = {a = {1, 2}}}', "//h?a=1&a=2"],
    ['{host = "a@b/c"}', "//a%40b%2Fc"],
    ['{host = "h", path = "/x?y#z"}', "//h/x%3Fy%23z"],
  ];
  for (const [parts, expected] of cases)
    expect(await run(`return url.build(${parts})`)).toEqual([expected]);
  expect(
    await run(`local u = url.parse("http://h/?a=1") u.params.a = 2 return url.build(u)`),
  ).toEqual(["http://h/?a=2"]);
  expect(await failure(`url.build{scheme = "a b", host = "h"}`)).toBe("url.build: invalid scheme");
  expect(await failure(`url.build{host = "h:80"}`)).toBe("url.build: invalid host");
});

test("join: RFC 3986's examples", async () => {
  const cases: Record<string, string> = {
    "g:h": "g:h",
    g: "http://a/b/c/g",
    "./g": "http://a/b/c/g",
    "g/": "http://a/b/c/g/",
    "/g": "http://a/g",
    "//g": "http://g",
    "?y": "http://a/b/c/d;p?y",
    "g?y": "http://a/b/c/g?y",
    "#s": "http://a/b/c/d;p?q#s",
    "g;x=1/./y": "http://a/b/c/g;x=1/y",
    "g;x=1/../y": "http://a/b/c/y",
    "": "http://a/b/c/d;p?q",
    ".": "http://a/b/c/",
    "..": "http://a/b/",
    "../g": "http://a/b/g",
    "../..": "http://a/",
    "../../../g": "http://a/g",
    "/./g": "http://a/g",
    "/../g": "http://a/g",
    "g.": "http://a/b/c/g.",
    "./g/.": "http://a/b/c/g/",
    "g/../h": "http://a/b/c/h",
  };
  for (const [reference, expected] of Object.entries(cases))
    expect(await run(`return url.join("http://a/b/c/d;p?q", ...)`, [reference])).toEqual([
      expected,
    ]);
});

test("queries", async () => {
  expect(await run(`return url.query{a = "x y", b = {1, 2.5, true}}`)).toEqual([
    "a=x%20y&b=1&b=2.5&b=true",
  ]);
  expect(await run(`return url.query{{"z", 1}, {"a", 2}, {"z", 3}}`)).toEqual(["z=1&a=2&z=3"]);
  expect(await failure(`url.query{a = {b = 1}}`)).toBe(
    "url.query: field 'a' must be a string, number, boolean or list",
  );
  expect(await run(`return url.parse_query("?a=1&b=%20+&a=2&c&=x&__proto__=y")`)).toEqual([
    JSON.parse('{"a":["1","2"],"b":"  ","c":"","":"x","__proto__":"y"}'),
  ]);
  expect(await failure("url.query{a = print}")).toBe(
    "url.query: field 'a' must be a string, number, boolean or list",
  );
});
