/** Result documents of every type of check, against servers on this machine. */

import { createSocket } from "node:dgram";
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CheckResult } from "../../src/checks/result";
import {
  directory,
  file,
  removeDirectory,
  runText,
  serve,
  testServices,
  timeless,
} from "./helpers";

let server: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  server = await serve((req, res, body) => {
    const url = new URL(req.url ?? "", "http://x");
    const [, kind, rest = ""] = url.pathname.split("/");
    if (kind === "status") {
      res.statusCode = Number(rest);
      res.end(`status ${rest}`);
    } else if (kind === "json") {
      res.setHeader("Content-Type", "application/json");
      res.setHeader("X-Kind", "unit test");
      res.end('{"status":"ok","items":[{"id":1},{"id":2}]}');
    } else if (kind === "redirect") {
      res.statusCode = 302;
      res.setHeader("Location", "/json");
      res.end();
    } else if (kind === "echo") {
      const { "content-type": type, authorization } = req.headers;
      res.end(JSON.stringify({ method: req.method, type, authorization, body }));
    } else if (kind === "raw") {
      res.setHeader("Set-Cookie", "sid=cookie-value-1");
      res.statusCode = Number(url.searchParams.get("status") ?? 200);
      res.end(decodeURIComponent(rest));
    } else if (kind === "slow") setTimeout(() => res.end("late"), 2000);
    else if (url.pathname.endsWith("/api/v1/query")) {
      const results: Record<string, string> = {
        up: '{"status":"success","data":{"result":[{"value":[1,"0.92"]},{"value":[1,"7"]}]}}',
        nan: '{"status":"success","data":{"result":[{"value":[1,"NaN"]}]}}',
        one: '{"status":"success","data":{"result":[{"value":[1,"1.0"]}]}}',
        inf: '{"status":"success","data":{"result":[{"value":[1,"+Inf"]}]}}',
        text: '{"status":"success","data":{"result":[{"value":[1,"x"]}]}}',
        none: '{"status":"success","data":{"result":[]}}',
        matrix: '{"status":"success","data":{"result":[{"values":[]}]}}',
        nodata: '{"status":"success"}',
        bad: '{"status":"error","error":"parse error"}',
        unknown: '{"status":"error"}',
        'a{b="c d"}': '{"status":"success","data":{"result":[{"value":[1,"5"]}]}}',
      };
      res.end(results[url.searchParams.get("query") ?? ""] ?? "oops");
    } else res.end("hello");
  });
});
afterAll(async () => {
  await server.close();
  removeDirectory();
});

async function one(yaml: string, env?: Record<string, string>): Promise<CheckResult> {
  const text = `retries: 0\nchecks:\n  - {name: c, ${yaml.replaceAll("URL", server.url)}}\n`;
  const result = await runText(text, { ...(env && { env }) });
  return result.checks[0] as CheckResult;
}

const message = async (yaml: string) => {
  const { passed, message } = await one(yaml);
  return passed ? (message ?? "passed") : `failed: ${message}`;
};

test("the document of http checks", async () => {
  const text = `retries: 1
backoff: 1ms
checks:
  - {name: good, type: http, url: ${server.url}/json, expect: {status: 200, json: .status == "ok"}}
  - {name: bad, type: http, url: ${server.url}/status/500}
`;
  const attempt = {
    passed: false,
    duration_ms: 0,
    message: "expected 2xx, got 500",
    started_ms: 0,
  };
  const body = '{"status":"ok","items":[{"id":1},{"id":2}]}';
  expect(timeless(await runText(text))).toEqual({
    passed: false,
    checks: [
      {
        name: "good",
        passed: true,
        duration_ms: 0,
        message: null,
        type: "http",
        attempts: [{ passed: true, duration_ms: 0, message: null, started_ms: 0 }],
        seen: { status: 200, body, latency_ms: 0 },
      },
      {
        name: "bad",
        passed: false,
        duration_ms: 0,
        message: "expected 2xx, got 500",
        type: "http",
        attempts: [attempt, attempt],
        seen: { status: 500, body: "status 500", latency_ms: 0 },
      },
    ],
    duration_ms: 0,
  });
});

test.each([
  ["url: URL", "passed"],
  ["url: URL/status/204", "passed"],
  ["url: URL/status/404, expect: {}", "passed"],
  ["url: URL/status/500, expect: {body: tus 5}", "passed"],
  ["url: URL, expect: {status: 201, body: no}", "failed: expected status 201, got 200"],
  ["url: URL, expect: {body: 'a \"b\"'}", 'failed: body does not contain "a \\"b\\""'],
  ["url: URL/json, expect: {json: .status == no}", "failed: JSON expression failed: .status == no"],
  ["url: URL/json, expect: {json: .x == 1}", "failed: JSON path '.x' not found in response"],
  ["url: URL/redirect, expect: {status: 200}", "passed"],
  ["url: URL/redirect, follow_redirects: false, expect: {status: 302}", "passed"],
])("http, as the original: %s", async (yaml, expected) => {
  expect(await message(`type: http, ${yaml}`)).toBe(expected);
});

test("http: what is no JSON, no server, no URL", async () => {
  expect(await message("type: http, url: URL, expect: {json: .a == 1}")).toMatch(
    /^failed: response body is not valid JSON: ./,
  );
  expect(await message('type: http, url: "http://u:pw@127.0.0.1:1/x?token=s"')).toBe(
    "failed: HTTP GET http://127.0.0.1:1/x: error sending request for url (http://127.0.0.1:1/x): connection refused",
  );
  // found before anything runs
  await expect(message('type: http, url: "nonsense"')).rejects.toThrow(
    "checks[0].url: not an http or https address",
  );
});

test.each([
  ["/status/503", "status: [200, 5xx]", "passed"],
  ["/status/404", "status: [200, 5xx]", "failed: expected status 200 or 5xx, got 404"],
  ["/status/404", "status: 4XX", "passed"],
  ["/json", "headers: {content-type: application/json}", "passed"],
  ["/json", "headers: {X-Kind: {contains: unit, matches: 'test$'}}", "passed"],
  [
    "/json",
    "headers: {X-Kind: other}",
    'failed: expected header \'X-Kind\' "other", got "unit test"',
  ],
  ["/json", "headers: {X-No: {exists: false}}", "passed"],
  ["/json", "headers: {X-No: a}", "failed: header 'X-No' is missing"],
  ["", "body_matches: ^h.*o$", "passed"],
  ["", "body_matches: ^x", 'failed: body does not match "^x"'],
  [
    "/json",
    "json: ['.items[1].id == 2', .items contains 3]",
    "failed: JSON expression failed: .items contains 3",
  ],
  ["/json", "json: ['.items[0].id < 2', .status matches ^o, .items exists]", "passed"],
])("http%s with %s", async (path, expectations, wanted) => {
  expect(await message(`type: http, url: URL${path}, expect: {${expectations}}`)).toBe(wanted);
});

const SECRETS = {
  auth: { token: "tok-abc-12345", tokens: ["tok-abc-12345"], count: 3, total_tokens: 512 },
  credentials: { user: "tok-abc-12345", pin: 123_456_789 },
  nested: JSON.stringify({ api_key: 'tok-abc-12345"tok-abc-12345', ok: "fine" }),
};

test.each([
  [".auth.token == x", "[redacted]"],
  ['."auth".token == x', "[redacted]"],
  [".auth.tokens[0] == x", "[redacted]"],
  [".auth.token matches ^x", "[redacted]"],
  [".auth.token < a", "[redacted]"],
  [".auth.token not exists", "[redacted]"],
  [".auth.tokens contains x", "[redacted]"],
  [".credentials.user == x", "[redacted]"],
  [".credentials.pin == 1", "[redacted]"],
  [".credentials == x", "[redacted]"],
  // no secrets, whatever they are called
  [".auth.total_tokens == 1", "512"],
  [".auth.count == 1", "3"],
  [".auth == 1", '{"token":"[redacted]","tokens":"[redacted]","count":3,"total_tokens":512}'],
  [".nested == 1", String.raw`"{\"api_key\":\"[redacted]\",\"ok\":\"fine\"}"`],
])("http: a value that is secret by its name is not shown: %s", async (expression, shown) => {
  const body = encodeURIComponent(JSON.stringify(SECRETS));
  const check = await one(`type: http, url: "URL/raw/${body}", expect: {json: '${expression}'}`);
  expect(check.seen?.value).toBe(shown);
  expect(check.passed).toBe(false);
  expect(JSON.stringify(check)).not.toMatch(/tok-abc|123456789/);
});

test("http: parameters of a form, or of an address in a body, that are secret are not shown", async () => {
  const body = "access_token=tok-abc-12345&user=ann&tokens=12 /x?api_key=tok-abc-12345#y";
  const check = await one(
    `type: http, url: "URL/raw/${encodeURIComponent(body)}", expect: {status: 1}`,
  );
  expect(check.seen?.body).toBe("access_token=[redacted]&user=ann&tokens=12 /x?api_key=[redacted]");
});

test("a column, and a header, that are secret by their names are not shown", async () => {
  const query = "query: \"select 'tok-abc-12345' as password, 'tok-abc-12345' as api_key\"";
  for (const expect of ["json: '.[0].password == x'", "json: '. == x'", "rows: [{password: x}]"]) {
    const check = await one(`type: sql, url: "sqlite::memory:", ${query}, expect: {${expect}}`);
    if (JSON.stringify(check).includes("tok-abc")) throw new Error(JSON.stringify(check));
  }
  const cookie = (rule: string) =>
    message(`type: http, url: URL/raw/x, expect: {headers: {Set-Cookie: ${rule}}}`);
  expect(await cookie("{exists: false}")).toBe(
    "failed: header 'Set-Cookie' is present: \"[redacted]\"",
  );
  expect(await cookie("a")).toBe('failed: expected header \'Set-Cookie\' "a", got "[redacted]"');
});

test.each([
  ["{}{}", "trailing characters at line 1 column 3"],
  ["01", "invalid number at line 1 column 2"],
  ["[".repeat(1000), "nesting deeper than 128 levels at line 1 column 129"],
  [`${"[".repeat(1000)}${"]".repeat(1000)}`, "nesting deeper than 128 levels at line 1 column 129"],
  ["undefined", "expected value at line 1 column 1"],
  ["<html>", "expected value at line 1 column 1"],
  [
    '{"a":\n"b\n"}',
    "control character (\\u0000-\\u001F) found while parsing a string at line 2 column 3",
  ],
  ['{"a":1,}', "trailing comma at line 1 column 8"],
])("what is wrong with a body that is no JSON: %s", async (body, problem) => {
  const url = `"URL/raw/${encodeURIComponent(body)}`;
  expect(await message(`type: http, url: ${url}", expect: {json: .a == 1}`)).toBe(
    `failed: response body is not valid JSON: ${problem}`,
  );
  const query = (path: string) => message(`type: prometheus, query: up, url: ${path}"`);
  expect(await query(`${url}`)).toBe(`failed: Prometheus response is not valid JSON: ${problem}`);
});

test("prometheus: of an answer by somebody else the status is told", async () => {
  expect(await message("type: prometheus, query: up, url: URL/status/404")).toBe(
    "failed: HTTP status 404: Prometheus response is not valid JSON: expected value at line 1 column 1",
  );
});

test("http: method, headers, body, JSON body; the answer is kept", async () => {
  const sent = await one(
    'type: http, url: URL/echo, method: put, headers: {Authorization: "Bearer abcdefg"}, json: {a: [1, true, "x"]}',
  );
  // the token is echoed by the server, and hidden
  expect(JSON.parse(sent.seen?.body ?? "")).toEqual({
    method: "PUT",
    type: "application/json",
    authorization: "[redacted]",
    body: '{"a":[1,true,"x"]}',
  });
  const text = await one("type: http, url: URL/echo, method: POST, body: plain");
  expect(text.seen?.body).toContain('"body":"plain"');
});

test("http: latency and the time limit of an attempt", async () => {
  expect(await message("type: http, url: URL/slow, timeout: 200ms")).toMatch(
    /^failed: HTTP GET .*: error sending request for url \(.*\): timeout after 0\.2 ?s$/,
  );
  expect(await message("type: http, url: URL, expect: {latency_ms: 0}")).toMatch(
    /^failed: expected latency of at most 0 ms, got \d+ ms$/,
  );
});

test.each([
  ["up", "", "query returned: 0.92"],
  ["one", "", "query returned: 1"],
  ["inf", "", "query returned: inf"],
  ["nan", "", "query returned: NaN"],
  ["up", ", expect: {min: 0.9, max: 1}", "passed"],
  ["up", ", expect: {min: 1}", "failed: expected min 1, got 0.92"],
  ["up", ", expect: {max: 0.5}", "failed: expected max 0.5, got 0.92"],
  ["nan", ", expect: {min: 1, max: 0}", "passed"],
  ["text", "", 'failed: failed to parse Prometheus value: "x"'],
  ["none", "", "failed: Prometheus query returned no results"],
  ["matrix", "", "failed: unexpected Prometheus result format: missing value"],
  ["nodata", "", "failed: unexpected Prometheus response format: missing data.result"],
  ["bad", "", "failed: Prometheus query failed: parse error"],
  ["unknown", "", "failed: Prometheus query failed: unknown error"],
  [`'a{b="c d"}'`, "", "query returned: 5"],
])("prometheus %s%s", async (query, more, expected) => {
  expect(await message(`type: prometheus, url: URL/p//, query: ${query}${more}`)).toBe(expected);
});

test("prometheus: the whole entry, and an answer that is no JSON", async () => {
  const entry = await one("type: prometheus, url: URL, query: up");
  expect({ ...entry, duration_ms: 0, attempts: 0, seen: entry.seen?.value }).toEqual({
    name: "c",
    passed: true,
    duration_ms: 0,
    message: "query returned: 0.92",
    type: "prometheus",
    attempts: 0,
    seen: "0.92",
  });
  expect(await message("type: prometheus, url: URL, query: else")).toMatch(
    /^failed: Prometheus response is not valid JSON: ./,
  );
});

test("script: env, args, output, a fresh state per attempt", async () => {
  file(
    "good.lua",
    `print("hi", ...) assert(env.get("A") == "1" and arg[2] == "y" and x == nil) x = 1`,
  );
  const services = testServices();
  const text = "checks:\n  - {name: s, type: script, file: good.lua, env: {A: 1}, args: [x, y]}\n";
  const result = await runText(`${text}${text.slice(8)}`, { services });
  expect(timeless(result)).toMatchObject({ passed: true });
  expect(services.printed.join("")).toBe("hi\tx\ty\nhi\tx\ty\n");
});

test("script: variables of the original's files: plain scalars are texts as they are written", async () => {
  file(
    "plain.lua",
    `return assert.eq(env.get("P") .. env.get("F") .. "[" .. env.get("E") .. "]" .. env.get("N"), "8080true[]~")`,
  );
  expect(await message("type: script, file: plain.lua, env: {P: 8080, F: true, E: , N: ~}")).toBe(
    "passed",
  );
});

test("script: modules are found next to the check file", async () => {
  mkdirSync(join(directory, "lib"), { recursive: true });
  file("lib/helper.lua", "return { limit = 5 }");
  file("uses-helper.lua", `assert(require("lib.helper").limit == 5)`);
  const text = "checks: [{name: s, type: script, file: uses-helper.lua}]\n";
  expect(timeless(await runText(text))).toMatchObject({ passed: true });
});

test("script: a module that is not there is not looked for again", async () => {
  mkdirSync(join(directory, "lib"), { recursive: true });
  file("lib/broken.lua", "x = = 1");
  file("misses.lua", 'local helper = require("no.such.module")');
  file("breaks.lua", 'local helper = require("lib.broken")');
  file("tries.lua", 'assert(not pcall(require, "no.such.module")) error("no")');
  const attempts = async (name: string) => {
    const text = `retries: 1\nbackoff: 1ms\nchecks: [{name: c, type: script, file: ${name}.lua}]`;
    return (await runText(text)).checks[0]?.attempts.map((a) => a.message?.split("\n")[0]);
  };
  expect(await attempts("misses")).toEqual(["misses.lua:1: module 'no.such.module' not found:"]);
  expect(await attempts("breaks")).toHaveLength(1);
  expect(await attempts("tries")).toHaveLength(2);
});

test("script: errors name the script and the line", async () => {
  file("bad.lua", '#!/usr/bin/assay\nlocal function f() error("boom") end\nf()\n');
  file("syntax.lua", "x = = 1");
  file("exit.lua", "os.exit(3)");
  file("exit-task.lua", "async.spawn(function() os.exit(3) end) sleep(20)");
  const bad = await one("type: script, file: bad.lua");
  expect(bad.message).toMatch(
    /^bad\.lua:2: boom\nstack traceback:\n[\s\S]*bad\.lua:3: in main chunk/,
  );
  expect(await message("type: script, file: syntax.lua")).toMatch(
    /^failed: syntax error: syntax\.lua:1: /,
  );
  expect(await message("type: script, file: exit.lua")).toBe(
    "failed: script ended with exit code 3",
  );
  expect(await message("type: script, file: exit-task.lua")).toBe(
    "failed: script ended with exit code 3",
  );
  expect(await message("type: script, file: none.lua")).toBe(
    'failed: failed to read Lua script "none.lua": No such file or directory (os error 2)',
  );
  mkdirSync(join(directory, "folder.lua"), { recursive: true });
  expect(await message("type: script, file: folder.lua")).toBe(
    'failed: failed to read Lua script "folder.lua": Is a directory (os error 21)',
  );
});

test("script: an attempt that takes too long says what it was at", async () => {
  file("waits.lua", "local function inner() sleep(60) end\ninner()");
  file("loops.lua", "local function inner() while true do end end\ninner()");
  for (const name of ["waits", "loops"])
    expect(await message(`type: script, file: ${name}.lua, timeout: 300ms`)).toMatch(
      new RegExp(
        `^failed: attempt timed out after 0\\.3s\nstack traceback:\n[\\s\\S]*${name}\\.lua:1: in .*inner`,
      ),
    );
});

test("script: the global timeout ends a loop that never waits, and a wait", async () => {
  file("busy.lua", "while true do pcall(function() while true do end end) end");
  file("wait.lua", "sleep(60)");
  for (const name of ["busy", "wait"]) {
    const started = performance.now();
    const text = `timeout: 300ms\nchecks: [{name: s, type: script, file: ${name}.lua}]`;
    const result = await runText(text);
    expect(result.checks[0]?.message).toBe("global timeout of 0.3s exceeded");
    expect(performance.now() - started).toBeLessThan(3000);
  }
});

test("tcp: open, greeting, refused", async () => {
  const peer = createServer((s) => {
    s.write("220 ready\r\n");
    s.on("data", (d) => setTimeout(() => s.end(`got ${d}`), 20));
  });
  await new Promise<void>((resolve) => peer.listen(0, "127.0.0.1", resolve));
  const { port } = peer.address() as { port: number };
  const tcp = `type: tcp, host: 127.0.0.1, port: ${port}`;
  expect(await message(tcp)).toBe("passed");
  expect(await message(`${tcp}, expect: {body: "220 "}`)).toBe("passed");
  expect(await message(`${tcp}, send: PING, expect: {body: got PING}`)).toBe("passed");
  // longer than a timer can be
  const long = "timeout: 99999m";
  expect(await message(`${tcp}, ${long}, send: PING, expect: {body: got PING}`)).toBe("passed");
  expect(await message(`${tcp}, send: PING, expect: {body_matches: nothing}`)).toBe(
    'failed: body does not match "nothing"',
  );
  await new Promise((resolve) => peer.close(resolve));
  expect(await message(tcp)).toBe(`failed: connecting to 127.0.0.1:${port}: connection refused`);
});

test("dns: the names of this machine", async () => {
  const local = await one("type: dns, host: localhost, expect: {values: [127.0.0.1]}");
  expect(local).toMatchObject({ passed: true, message: null });
  expect(await message("type: dns, host: localhost, expect: {values: 10.9.8.7}")).toMatch(
    /^failed: expected 10\.9\.8\.7 among the answers, got .*127\.0\.0\.1/,
  );
  expect(await message("type: dns, host: no-such-name.invalid")).toMatch(
    /^failed: resolving no-such-name\.invalid: DNS lookup/,
  );
});

test("dns: a name server that does not answer is named", async () => {
  const silent = createSocket("udp4");
  await new Promise<void>((resolve) => silent.bind(0, "127.0.0.1", resolve));
  const server = `127.0.0.1:${silent.address().port}`;
  expect(
    await message(`type: dns, host: api.example, record: A, server: "${server}", timeout: 200ms`),
  ).toBe(`failed: resolving A of api.example, asking ${server}: timeout after 0.2s`);
  silent.close();
});

test("sql: rows, counts, expressions about rows", async () => {
  const sql = (query: string, expectations: string) =>
    message(
      `type: sql, url: "sqlite::memory:", query: ${JSON.stringify(query)}, expect: {${expectations}}`,
    );
  expect(await sql("select 1 as a, 'x' as b", "rows: [{a: 1, b: x}]")).toBe("passed");
  expect(await sql("select 1 as a", "rows: [{a: 2}]")).toBe(
    'failed: expected rows [{"a":2}], got [{"a":1}]',
  );
  expect(await sql("select 1 as a union select 2", "rows: 2, json: '.[1].a == 2'")).toBe("passed");
  expect(await sql("select 1 as a", "rows: 0")).toBe("failed: expected 0 rows, got 1");
  // YAML does not tell 2.0 from 2; integers beyond 2^53 stay exact
  expect(
    await sql("select 2.0 as f, 9007199254740993 as i", "rows: [{f: 2, i: 9007199254740993}]"),
  ).toBe("passed");
  expect(await sql("select 9007199254740993 as i", "rows: [{i: 9007199254740992}]")).toMatch(
    /^failed: expected rows \[\{"i":9007199254740992\}\], got \[\{"i":9007199254740993\}\]/,
  );
  // the builtin leaves columns out that are NULL
  expect(await sql("select 1 as a, null as b", "rows: [{a: 1, b: null}]")).toBe("passed");
  expect(await sql("select null as b", "rows: [{b: ~}], json: '.[0].b not exists'")).toBe("passed");
  expect(await sql("select 1 as a", "rows: [{a: null}]")).toMatch(/^failed: /);
  expect(await sql("select null as a", "rows: [{a: 1}]")).toMatch(/^failed: /);
  expect(await sql("select nope", "rows: 0")).toMatch(/^failed: db\.query: .*nope/);
});

test("secrets in an address's query are hidden where a response repeats them", async () => {
  const check = await one(
    'type: http, url: "URL/echo?access_token=literal-token-1&page=seven", method: POST, body: "literal-token-1 seven", expect: {status: 418}',
  );
  expect(check.seen?.body).toContain("[redacted] seven");
});

test("sql: bytes and infinities are no reason to fail", async () => {
  const query = "query: \"select x'00ff' as b, 'é' as t, 9e999 as i\"";
  const rows = "{rows: [{b: '\\x00ff', t: é, i: Infinity}]}";
  for (const expected of [rows, "{rows: 1}", "{json: '.[0].b == \"\\x00ff\"'}"])
    expect(await message(`type: sql, url: "sqlite::memory:", ${query}, expect: ${expected}`)).toBe(
      "passed",
    );
});
