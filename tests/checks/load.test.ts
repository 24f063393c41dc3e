// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax under test
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type LoadOptions, loadConfig, loadText } from "../../src/checks/load";
import { ConfigError, problemText } from "../../src/checks/problem";
import { parseShard, select } from "../../src/checks/select";
import { fuzzLoader } from "../fuzz/checks";
import { directory, removeDirectory } from "./helpers";

afterAll(removeDirectory);

const load = (text: string, options?: LoadOptions) => loadText(text, "c.yaml", options);

/** All that is wrong with a text, one line each. */
function problems(text: string, options?: LoadOptions): string[] {
  try {
    return load(text, options).warnings.map(problemText);
  } catch (e) {
    if (!(e instanceof ConfigError)) throw e;
    return e.problems.map(problemText);
  }
}

test("what a file says, and what holds otherwise", () => {
  const { config, warnings } = load(`checks:
  - name: 8080
    type: http
    url: http://x
    expect:
  - {name: b, type: script, file: x.lua, env: {PORT: 8080, FLAG: true, HEX: 0x1F}}
`);
  expect(warnings).toEqual([]);
  expect(config).toMatchObject({ timeout: 120_000, retries: 3, parallel: 1 });
  expect(config.checks[0]).toMatchObject({
    name: "8080",
    expect: undefined,
    backoff: { strategy: "linear", delay: 5000 },
  });
  expect(config.checks[1]?.options.env).toEqual({ PORT: "8080", FLAG: "true", HEX: "0x1F" });
});

test("everything wrong is found at once, with its place", () => {
  const text = `timeout: 1h
retris: 3
checks:
  - name: a
    type: htp
  - name: b
    type: http
    expect: {status: "200", jsn: x, latency_ms: -1, json: nothing}
  - type: script
    needs: [zz]
    query: x
  - {name: c, type: tcp, host: x, port: 70000, needs: d, retries: "3"}
  - {name: d, type: dns, host: x, needs: c, backoff: 5x}
`;
  expect(problems(text)).toEqual([
    "c.yaml:1:10: timeout: parsing timeout: unsupported duration format: \"1h\" (use e.g. '120s', '5m', '500ms')",
    'c.yaml:2:1: warning: retris: unknown key "retris" (did you mean "retries"?)',
    'c.yaml:5:11: checks[0].type: unknown check type: "htp": expected one of http, prometheus, script, tcp, dns, tls, k8s, sql (did you mean "http"?)',
    "c.yaml:8:22: checks[1].expect.status: expected a status (200), a class ('2xx'), or a list of them, got \"200\"",
    'c.yaml:8:29: warning: checks[1].expect.jsn: unknown key "jsn" (did you mean "json"?)',
    "c.yaml:8:49: checks[1].expect.latency_ms: expected a number from 0 up, got -1",
    "c.yaml:8:59: checks[1].expect.json: unsupported JSON expression syntax: \"nothing\" (expected '.path == value')",
    "c.yaml:6:5: checks[1].url: http check requires a 'url' field",
    "c.yaml:11:5: warning: checks[2].query: has no effect in script checks",
    'c.yaml:9:5: checks[2]: missing field "name"',
    "c.yaml:9:5: checks[2].file: script check requires a 'file' field",
    "c.yaml:12:41: checks[3].port: expected an integer from 1 to 65535, got 70000",
    'c.yaml:12:67: checks[3].retries: expected an integer from 0 to 4294967295, got "3" (numbers have no quotes)',
    "c.yaml:13:54: checks[4].backoff: parsing backoff: unsupported duration format: \"5x\" (use e.g. '120s', '5m', '500ms')",
    'c.yaml:10:12: checks[2].needs: there is no check "zz"',
    "c.yaml:12:55: checks[3].needs: checks need each other: c → d → c",
  ]);
});

test("unknown keys are warnings, and errors with strict", () => {
  const text = "chekcs: 1\nchecks: []\n";
  expect(problems(text)).toEqual([
    'c.yaml:1:1: warning: chekcs: unknown key "chekcs" (did you mean "checks"?)',
  ]);
  expect(load(text).config.checks).toEqual([]);
  expect(() => load(text, { strict: true })).toThrow(ConfigError);
});

test.each([
  ["", "c.yaml:1:1: expected a map, got nothing"],
  ["[]", "c.yaml:1:1: expected a map, got a list"],
  ["a: [", /^c\.yaml:1:5: Flow sequence/],
  ["checks: {}", "c.yaml:1:9: checks: expected a list, got a map"],
  [
    "retries: -1\nchecks: []",
    "c.yaml:1:10: retries: expected an integer from 0 to 4294967295, got -1",
  ],
  [
    "retries: 1.0\nchecks: []",
    "c.yaml:1:10: retries: expected an integer from 0 to 4294967295, got 1.0",
  ],
  ["parallel: 'yes'\nchecks: []", /^c\.yaml:1:11: parallel: expected true, false, or a number/],
  [
    "checks: []\nchecks: []",
    /^c\.yaml:2:1: the key checks is there twice \(Map keys must be unique\)$/,
  ],
  ['x-a: {"b c": 1, "b c": 2}\nchecks: []', /^c\.yaml:1:17: the key "b c" is there twice/],
  [
    "checks:\n  - name: database\n    type: dns\n    host: x\n    needs:\n      - databse",
    'c.yaml:6:7: checks[0].needs: there is no check "databse" (did you mean "database"?)',
  ],
  [
    "x-a: &a {needs: zz}\nchecks:\n  - {<<: *a, name: a, type: dns, host: x}",
    'c.yaml:3:5: checks[0].needs: there is no check "zz"',
  ],
  ["checks: *a", /^c\.yaml:1:9: .*alias/i],
])("%j is refused", (text, expected) => {
  expect(problems(text)[0]).toMatch(expected);
});

test("a variable that refers to a later one is told, and not where it is used", () => {
  expect(
    problems('vars: {c: "${d}", d: x, e: "${f}"}\nchecks: [{name: "${c}", type: dns, host: h}]'),
  ).toEqual([
    "c.yaml:1:11: vars.c: refers to a variable that comes later: each may refer to those before it",
    "c.yaml:1:28: vars.e: variable f is not set (write ${f:-default} to do without, $${f} for the text itself)",
  ]);
});

test("references to variables and the environment", () => {
  const secrets: string[] = [];
  const options: LoadOptions = {
    env: (name) => ({ HOST: "h", MY_TOKEN: "s3cret", STATUS: "201", EMPTY: "" })[name],
    secret: (v) => void secrets.push(v),
  };
  const { config } = load(
    `vars: {base: "http://\${HOST}", full: "\${base}/api"}
checks:
  - name: a
    type: http
    url: \${full}/x?\${NOPE:-none}\${EMPTY:-e}
    headers: {T: "\${MY_TOKEN}", D: "$\${HOST} $5 \${1} $$"}
    expect: {status: "\${STATUS}"}
`,
    options,
  );
  expect(config.checks[0]?.options).toMatchObject({
    url: "http://h/api/x?nonee",
    headers: { T: "s3cret", D: "${HOST} $5 ${1} $$" },
  });
  expect(config.checks[0]?.expect).toEqual({ status: 201 });
  expect(secrets).toEqual(["s3cret"]);
  expect(problems("checks: [{name: a, type: http, url: '${NO}'}]")).toEqual([
    "c.yaml:1:37: checks[0].url: variable NO is not set (write ${NO:-default} to do without, $${NO} for the text itself)",
  ]);
});

test("a reference without its end is text, as in the original, with a warning", () => {
  const text = `vars: {v: "x\${A"}
checks:
  - {name: a, type: http, url: "http://h/", headers: {T: "Bearer \${TOKEN", U: "$\${TOKEN"}, body: "\${H} \${A:-\${H}}"}
  - {name: b, type: http, url: "http://h/", body: "\${v}", json: {a: ["\${"]}}
`;
  const options: LoadOptions = { env: (name) => (name === "H" ? "h" : undefined) };
  const { config, warnings } = load(text, options);
  expect(config.checks.map((c) => c.options)).toMatchObject([
    { headers: { T: "Bearer ${TOKEN", U: "${TOKEN" }, body: "h ${A:-h}" },
    { body: "x${A", json: { a: ["${"] } },
  ]);
  const rest =
    "stays as text: its } is missing, or there is a reference in it (write $${ for the text itself)";
  expect(warnings.map(problemText)).toEqual([
    `c.yaml:1:11: warning: vars.v: unfinished reference \${A ${rest}`,
    `c.yaml:3:58: warning: checks[0].headers.T: unfinished reference \${TOKEN ${rest}`,
    `c.yaml:3:98: warning: checks[0].body: unfinished reference \${A ${rest}`,
    `c.yaml:4:70: warning: checks[1].json.a[0]: unfinished reference \${ ${rest}`,
    "c.yaml:4:5: warning: checks[1].body: has no effect: 'json' is what is sent",
  ]);
  expect(() => load(text, { ...options, strict: true })).toThrow(ConfigError);
});

test("defaults, anchors and merge keys", () => {
  const { config } = load(`defaults: {retries: 1, tags: [t], headers: {A: "1", B: "2"}, env: {E: x}}
checks:
  - &first {name: a, type: http, url: http://x, headers: {B: "3"}}
  - {<<: *first, name: b, retries: 2, tags: u}
  - {name: c, type: dns, host: x}
`);
  const [a, b, c] = config.checks;
  expect(a).toMatchObject({ retries: 1, tags: ["t"], options: { headers: { A: "1", B: "3" } } });
  expect(a?.options.env).toBeUndefined();
  expect(b).toMatchObject({ name: "b", retries: 2, tags: ["u"], options: { url: "http://x" } });
  expect(c?.options).toEqual({ host: "x" });
});

test("merge keys: maps that merge others, the type of a check, what is no map", () => {
  const { config, warnings } = load(`x-a: &a {type: tcp, host: h, port: 1}
x-b: &b {<<: *a, port: 2}
checks:
  - {<<: *b, name: a}
  - {name: b, <<: [{port: 3}, *b]}
`);
  expect(warnings).toEqual([]);
  expect(config.checks).toMatchObject([
    { type: "tcp", options: { host: "h", port: 2 } },
    { type: "tcp", options: { host: "h", port: 3 } },
  ]);
  // what the type needs and has no use for is looked at as well
  expect(
    problems(`x-a: &a {type: http, port: 5}
checks: [{<<: *a, name: a}, {<<: 5, name: b, type: dns, host: h}]
`),
  ).toEqual([
    "c.yaml:2:10: warning: checks[0].port: has no effect in http checks",
    "c.yaml:2:10: checks[0].url: http check requires a 'url' field",
    "c.yaml:2:34: checks[1]: << merges maps, and this is 5",
  ]);
  const ring = "x-a: &a {<<: {<<: *a, port: 1}}\nchecks: [{<<: *a, name: a, type: tcp, host: h}]";
  expect(problems(ring)).toEqual([]);
  // a small file that would become a large one
  const merges = (_: unknown, i: number) => `x-${i + 1}: &m${i + 1} {<<: [*m${i}, *m${i}]}\n`;
  const bomb = `x-0: &m0 {port: 1}\n${Array.from({ length: 40 }, merges).join("")}`;
  expect(problems(`${bomb}checks: [{<<: *m40, name: a}]`).join("\n")).toContain("too many values");
});

test("an included file may have an absolute path", () => {
  const inner = join(directory, "absolute.yaml");
  writeFileSync(inner, "checks: [{name: i, type: dns, host: h}]");
  const main = join(directory, "to-absolute.yaml");
  writeFileSync(main, `include: ${inner}`);
  expect(loadConfig(main).config.checks.map((c) => c.name)).toEqual(["i"]);
  writeFileSync(main, "include: /none/x.yaml");
  expect(() => loadConfig(main)).toThrow('include: reading "/none/x.yaml": No such file');
});

test("a host is a name or an address, without a port", () => {
  const hosts = (host: string) =>
    problems(`checks: [{name: a, type: tcp, port: 1, host: "${host}"}]`);
  for (const good of ["db", "::1", "10.0.0.1", "fe80::1%eth0"]) expect(hosts(good)).toEqual([]);
  for (const bad of ["db:5432", "[::1]", "http://db"])
    expect(hosts(bad)[0]).toContain("not a host name or an address such as api.example");
});

test("what another part of a check takes the effect of is told", () => {
  const one = (text: string) => problems(`checks: [{name: a, ${text}}]`);
  expect(one("type: http, url: http://h, body: x, json: {a: 1}")).toEqual([
    "c.yaml:1:10: warning: checks[0].body: has no effect: 'json' is what is sent",
  ]);
  expect(one("type: k8s, resource: pod/x, selector: a=b")).toEqual([
    "c.yaml:1:10: warning: checks[0].selector: has no effect beside the name of an object",
  ]);
  expect(one("type: k8s, resource: pods, selector: a=b")).toEqual([]);
  expect(one("type: prometheus, url: http://h, query: up, expect: {min: 5, max: 1}")).toEqual([
    "c.yaml:1:10: warning: checks[0].expect: no value is between 5 and 1",
  ]);
});

test("an empty folder in a sandbox is a mistake", () => {
  const one = (folders: string) =>
    problems(`checks: [{name: a, type: script, file: x, sandbox: {allow_read: ${folders}}}]`);
  expect(one("data")).toEqual([]);
  expect(one('"${DATA:-}"')[0]).toContain("allow_read: expected a folder, got nothing");
  expect(one('[data, ""]')[0]).toContain("allow_read[1]: expected a folder, got nothing");
});

test("a reference without quotes in a map in one line", () => {
  const place = "c.yaml:1:40: Unexpected flow-map-start at node end";
  const [first] = problems("checks: [{name: a, type: http, url: hi${API}/x}]");
  expect(first).toBe(`${place} (within { } and [ ], a text with a reference needs quotes)`);
});

test("included files: order, folders, variables, settings, mistakes", () => {
  mkdirSync(join(directory, "sub"), { recursive: true });
  const main = join(directory, "main.yaml");
  writeFileSync(
    join(directory, "sub", "in.yaml"),
    "vars: {v: own, w: own}\nchecks: [{name: i, type: script, file: '${v}-${w}'}]",
  );
  writeFileSync(
    main,
    "include: sub/in.yaml\nretries: 7\nvars: {v: outer}\nchecks: [{name: m, type: script, file: x, needs: i}]",
  );
  const { config } = loadConfig(main);
  expect(config.checks.map((c) => c.name)).toEqual(["i", "m"]);
  expect(config.checks[0]).toMatchObject({
    directory: join(directory, "sub"),
    retries: 7,
    options: { file: "outer-own" },
  });
  writeFileSync(main, "include: [main.yaml, none.yaml]");
  expect(() => loadConfig(main)).toThrow(
    `${main}:1:11: include[0]: "main.yaml" includes itself\n${main}:1:22: include[1]: reading "none.yaml": No such file or directory (os error 2)`,
  );
});

test("a file that is not UTF-8 says in which line", () => {
  for (const [bytes, line] of [
    [[0xff], 1],
    [[0x23, 10, 0x23, 0xc3, 0xa9, 10, 0x23, 0xc3, 10, 0xff], 3],
  ] as const) {
    const path = join(directory, "bytes.yaml");
    writeFileSync(path, Buffer.from(bytes));
    expect(() => loadConfig(path)).toThrow(`stream did not contain valid UTF-8 (line ${line})`);
  }
});

test("selection by tags, names and shards", () => {
  const { checks } = load(`checks:
  - {name: a, type: dns, host: x, tags: smoke}
  - {name: b, type: dns, host: x, needs: d}
  - {name: c, type: dns, host: x, tags: [slow, smoke]}
  - {name: d, type: dns, host: x}
  - {name: e, type: dns, host: x}
`).config;
  expect(select(checks, { only: ["smoke"] })).toEqual([0, 2]);
  expect(select(checks, { only: ["smoke", "b"], skip: ["slow"] })).toEqual([0, 1, 3]);
  const shard = (index: number) => select(checks, { shard: { index, count: 2 } });
  expect([shard(0), shard(1)]).toEqual([
    [0, 2],
    [1, 3, 4],
  ]);
  expect(parseShard("1/3", undefined)).toEqual({ index: 1, count: 3 });
  expect(parseShard("/3", "2")).toEqual({ index: 2, count: 3 });
  expect(parseShard("3/3", undefined)).toHaveProperty("problem");
  expect(parseShard("3", undefined)).toHaveProperty("problem");
});

test("keys that begin with x- are for anchors", () => {
  const text = "x-base: &b {type: dns, host: x, x-note: y}\nchecks: [{<<: *b, name: a}]";
  expect(problems(text, { strict: true })).toEqual([]);
});

test("a second document is not passed over", () => {
  expect(problems("checks: []\n---\nchecks: [{name: a, type: dns, host: x}]\n")).toEqual([
    "c.yaml:2:1: a second document begins here, but a file of checks is one",
  ]);
  expect(problems("---\nchecks: []\n...\n")).toEqual([]);
});

test("what no request, host or bound can be is found before anything runs", () => {
  const text = `checks:
  - {name: a, type: http, url: http://x, method: "A B", headers: {"X Y": z, Z: "a\\r\\nb", Ö: z}}
  - {name: b, type: dns, host: ""}
  - {name: c, type: tcp, host: http://x, port: 1}
  - {name: d, type: tls, host: "a b", server_name: ""}
  - {name: e, type: prometheus, url: http://x, query: q, expect: {min: .nan}}
defaults: {headers: {"": x}}
`;
  expect(problems(text)).toEqual([
    'c.yaml:2:50: checks[0].method: not a method such as GET: "A B"',
    'c.yaml:2:74: checks[0].headers["X Y"]: invalid header name "X Y"',
    "c.yaml:2:80: checks[0].headers.Z: invalid value of header 'Z': line breaks are not allowed",
    'c.yaml:2:93: checks[0].headers["Ö"]: invalid header name "Ö"',
    'c.yaml:3:32: checks[1].host: not a host name or an address such as api.example: ""',
    'c.yaml:4:32: checks[2].host: not a host name or an address such as api.example: "http://x"',
    'c.yaml:5:32: checks[3].host: not a host name or an address such as api.example: "a b"',
    'c.yaml:5:52: checks[3].server_name: not a host name or an address such as api.example: ""',
    "c.yaml:6:72: checks[4].expect.min: expected a number, got .nan",
    'c.yaml:7:26: defaults.headers[""]: invalid header name ""',
  ]);
});

test("large files, and many aliases, are read in little time", () => {
  const begin = performance.now();
  const rows = Array.from(
    { length: 10_000 },
    (_, i) => `  - {<<: *a, name: c${i}, host: h${i}, expect: *e}\n`,
  ).join("");
  const text = `x-a: &a {type: dns, retries: 0}\nx-e: &e {latency_ms: 5}\nchecks:\n${rows}`;
  const { checks } = load(text, { strict: true }).config;
  expect(checks.length).toBe(10_000);
  expect(checks.at(-1)).toMatchObject({ type: "dns", retries: 0, expect: { latency_ms: 5 } });
  // walking through the document for each alias would take a quarter of an hour
  expect(performance.now() - begin).toBeLessThan(30_000);
}, 60_000);

test("an anchor holds for the aliases behind it, until the next of its name", () => {
  const text = `vars: &v {a: x}
checks:
  - &c {name: a, type: dns, host: "\${a}", retries: &n 1}
  - {<<: *c, name: b, retries: &n 2}
  - {<<: *c, name: c, retries: *n}
  - {name: d, type: script, file: x, env: *v}
  - {name: e, type: dns, host: *later}
x-z: &later x
`;
  expect(problems(text)).toEqual(["c.yaml:7:32: checks[4].host: unknown alias *later"]);
  const { checks } = load(text.replace("*later", "x")).config;
  expect(checks.map((c) => c.retries)).toEqual([1, 2, 2, 3, 3]);
  expect(checks[3]?.options.env).toEqual({ a: "x" });
  const shared = "x-v: &v {h: name}\nvars: *v\nchecks: [{name: a, type: dns, host: '${h}'}]";
  expect(load(shared).config.checks[0]?.options.host).toBe("name");
});

test("what is nested too deeply is called so", () => {
  expect(problems("[".repeat(100_000))[0]).toMatch(/^c\.yaml:1:\d+: nested too deeply$/);
  expect(problems(": ".repeat(10_000)).length).toBeLessThan(30);
});

test("an alias that is not known is named once", () => {
  expect(problems("checks: [{name: a, type: dns, host: *nope}]")).toEqual([
    "c.yaml:1:37: checks[0].host: unknown alias *nope",
  ]);
});

test("aliases of aliases don't multiply without end", () => {
  const rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
  for (let i = 1; i < 9; i++)
    rows.push(
      `a${i}: &a${i} [${Array(10)
        .fill(`*a${i - 1}`)
        .join(", ")}]`,
    );
  const text = `${rows.join("\n")}\nchecks: [{name: a, type: http, url: http://x, json: *a8}]`;
  expect(problems(text).join("\n")).toContain("too many values");
});

test("no mutation of a file brings the loader down", () => {
  // `npm run fuzz:checks` tries 100,000
  expect(fuzzLoader(3000, 1)).toBeGreaterThan(100);
});
