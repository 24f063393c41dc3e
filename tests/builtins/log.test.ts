import { expect, test } from "vitest";
import { LogFilter, Logger, type LuaOptions, Secrets } from "../../src/index";
import { harness } from "./harness";

function lines(source: string, options: Partial<ConstructorParameters<typeof Logger>[0]> = {}) {
  const out: string[] = [];
  const secrets = new Secrets();
  const logger = new Logger({ secrets, write: (l) => out.push(l), ...options });
  const settings: LuaOptions = { logger, secrets };
  return harness(settings)
    .run(source)
    .then(() => out);
}

const strip = (l: string) => l.replace(/^\S+ /, "");

test("the line format", async () => {
  const [line] = await lines('log.info("hello")');
  expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z {2}INFO hello\n$/);
  const now = Date.now();
  expect(Math.abs(Date.parse((line as string).split(" ")[0] as string) - now)).toBeLessThan(5000);
});

test("levels", async () => {
  const source = 'log.debug("d") log.info("i") log.warn("w") log.error("e")';
  expect((await lines(source)).map(strip)).toEqual([" INFO i\n", " WARN w\n", "ERROR e\n"]);
  const all = await lines(source, { filter: LogFilter.at("debug") });
  expect(all.map(strip)).toEqual(["DEBUG d\n", " INFO i\n", " WARN w\n", "ERROR e\n"]);
});

test("anything can be logged", async () => {
  const out = await lines(`
    log.info(42) log.info(1.0) log.info(nil) log.info(true) log.info({1, a = "x"})
    log.info(setmetatable({}, {__tostring = function() sleep(0) return "custom" end}))
    log.info("é")`);
  expect(out.map((l) => strip(l).trim().slice(5))).toEqual([
    "42",
    "1.0",
    "nil",
    "true",
    '{1, a = "x"}',
    "custom",
    "é",
  ]);
});

test("fields", async () => {
  const [line] = await lines('log.info("m", {name = "a b", n = 3, f = 1.5, ok = true, t = {1}})');
  expect(strip(line as string)).toBe(' INFO m name="a b" n=3 f=1.5 ok=true t={1}\n');
});

test("JSON lines", async () => {
  const [line] = await lines(
    'log.warn("a\\n\\27", {n = 9007199254740993, s = "x", t = {a = {1}}, f = 1/0, d = 2.0, p = print})',
    { format: "json" },
  );
  const parsed = JSON.parse(line as string);
  expect(parsed).toMatchObject({ level: "WARN", target: "lua", message: "a\n\x1b" });
  expect(parsed.fields).toMatchObject({ s: "x", t: { a: [1] }, f: "inf" });
  expect(line).toContain('"n":9007199254740993');
  expect(line).toContain('"d":2.0');
  expect(parsed.fields.p).toMatch(/^function/);
});

test("control characters can't steer the terminal", async () => {
  const [line] = await lines('log.info("\\27[31mred\\r\\n\\tx", {k = "\\27[0m"})');
  expect(strip(line as string)).toBe(' INFO \\x1b[31mred\\x0d\n\tx k="\\u001b[0m"\n');
});

test("names of fields can't forge a line, nor bytes of JSON steer the terminal", async () => {
  const source =
    'log.info("m\\194\\155x\\127", {["k\\n INFO =x"] = 1, ["a b"] = 2, ["\\194\\155"] = "\\194\\155"})';
  const [line] = await lines(source);
  expect(strip(line as string)).toMatch(/^ INFO m\\x9bx\\x7f [^\n\x7f-\x9f]+\n$/);
  expect(line).toContain(' "k\\n INFO =x"=1');
  expect(line).toContain(' "a b"=2');
  const [json] = await lines(source, { format: "json" });
  expect(json).not.toMatch(/[\x7f-\x9f]/);
  expect(JSON.parse(json as string)).toMatchObject({
    message: "m\x9bx\x7f",
    fields: { "k\n INFO =x": 1, "a b": 2, "\x9b": "\x9b" },
  });
});

test("a table that JSON can't hold is shown", async () => {
  const [line] = await lines('log.info("m", {t = {["\\xff"] = 1}})', { format: "json" });
  expect(JSON.parse(line as string).fields).toEqual({ t: '{["\\xff"] = 1}' });
});

test("colours only when asked for", async () => {
  expect((await lines('log.error("x")'))[0]).not.toContain("\x1b");
  expect((await lines('log.error("x")', { color: true }))[0]).toContain("\x1b[31mERROR\x1b[0m x");
});

test("secrets are masked in logs and in uncaught errors", async () => {
  const [line] = await lines('log.secret("hunter22") log.info("pw hunter22", {p = "xhunter22"})');
  expect(strip(line as string)).toBe(' INFO pw [redacted] p="x[redacted]"\n');
  expect(await harness().failure('log.secret("t0psecret") error("bad t0psecret", 0)')).toBe(
    "bad [redacted]",
  );
});

test("filters", () => {
  const allowed = (text: string, level: "debug" | "info" | "warn", target: string) =>
    LogFilter.parse(text)?.allows(level, target);
  expect(allowed("lua=warn,info", "info", "lua")).toBe(false);
  expect(allowed("lua=warn,info", "warn", "lua")).toBe(true);
  expect(allowed("lua=warn,info", "info", "assay")).toBe(true);
  expect(allowed("DEBUG", "debug", "lua")).toBe(true);
  expect(allowed("lua", "debug", "lua")).toBe(true);
  expect(allowed("lua", "warn", "assay")).toBe(false);
  expect(allowed("off", "warn", "lua")).toBe(false);
  expect(LogFilter.parse("lua=loud")).toBeUndefined();
  expect(LogFilter.parse("")).toBeUndefined();
  expect(LogFilter.parse("!!")).toBeUndefined();
});

test("a second value that is no table stands behind the message", async () => {
  const { run, logged } = harness();
  await run(`log.info("count:", 1) log.warn("failed:", "no route")
    log.error("x", false) log.info("x", nil)
    log.info(setmetatable({}, { __tostring = function() sleep(0) return "slow" end }), 2.0)`);
  expect(logged()).toEqual([
    "INFO count: 1",
    "WARN failed: no route",
    "ERROR x false",
    "INFO x",
    "INFO slow 2.0",
  ]);
});

test("a table whose metatable hides its fields", async () => {
  const source = `local c = setmetatable({ url = "http://u:p/w@h/x", token = "t0ken" }, { __opaque = true, __name = "client" })
    log.info("m", { c = c, deep = { { c } } })`;
  expect((await lines(source)).map(strip)).toEqual([
    " INFO m c=client (http://h) deep={{client (http://h)}}\n",
  ]);
  const [line] = await lines(source, { format: "json" });
  expect(JSON.parse(line as string).fields).toMatchObject({
    c: "client (http://h)",
    deep: "{{client (http://h)}}",
  });
});
