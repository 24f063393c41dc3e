/**
 * Text is bytes: NUL, invalid UTF-8 and emoji go through every builtin that takes or gives strings.
 * Each function that declares a string parameter has a case here, or a reason why not.
 */
import { afterAll, describe, expect, test } from "vitest";
import { builtins } from "../../src/builtins/index.generated";
import { testFolder } from "./folder";
import { harness } from "./harness";

const payloads: Record<string, Uint8Array> = {
  empty: Buffer.from(""),
  ascii: Buffer.from("plain"),
  NUL: Buffer.from("a\0b\0"),
  "all bytes": Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
  "invalid UTF-8": Buffer.from([0x66, 0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80, 0x67]),
  emoji: Buffer.from("👩‍🚀 naïve ✓"),
  "byte order mark": Buffer.from("\ufefftext"),
  "line ends": Buffer.from("a\r\nb\rc\n"),
};

/** Gives back the bytes `s` exactly. */
const exact: Record<string, string> = {
  "base64.encode base64.decode": "return base64.decode(base64.encode(s))",
  "base64.encode_url base64.decode_url": "return base64.decode_url(base64.encode_url(s))",
  "hex.encode hex.decode": "return hex.decode(hex.encode(s))",
  "url.encode url.decode": "return url.decode(url.encode(s))",
  "url.query url.parse_query": "return url.parse_query(url.query({ k = s })).k",
  "url.query url.parse_query of a key": "return next(url.parse_query(url.query({ [s] = 'v' })))",
  "url.build url.parse": `
    local u = url.parse(url.build({ scheme = "http", host = "h", path = "/", query = { k = s } }))
    return url.parse_query(u.query).k`,
  "crypto.encrypt crypto.decrypt": `
    local key = ("k"):rep(32)
    return crypto.decrypt(key, crypto.encrypt(key, s, { aad = s }), { aad = s })`,
  "fs.write fs.read": "fs.write(dir .. '/f', s) return fs.read(dir .. '/f')",
  "fs.write_bytes fs.read_bytes fs.copy": `
    fs.write_bytes(dir .. "/b", s)
    assert(fs.copy(dir .. "/b", dir .. "/c") == #s)
    return fs.read_bytes(dir .. "/c")`,
  "fs.append": `
    fs.write(dir .. "/a", "")
    fs.append(dir .. "/a", s)
    return fs.read(dir .. "/a")`,
  "fs.lines": `
    fs.write(dir .. "/l", (s:gsub("[\\r\\n]", "_")) .. "\\nnext\\n")
    for line in fs.lines(dir .. "/l") do return line == (s:gsub("[\\r\\n]", "_")) and s or line end`,
  "fs.sub_in_file": `
    fs.write(dir .. "/s", "[x]")
    assert(fs.sub_in_file(dir .. "/s", "x", function() return s end) == 1)
    return fs.read(dir .. "/s"):sub(2, -2)`,
  "string.split": `
    local parts = string.split(s .. "\\0\\xff," .. s, "\\0\\xff,")
    assert(#parts == 2)
    return parts[2]`,
  "shell.exec": "return shell.exec('cat', { stdin = s }).stdout",
  "shell.exec of a list": `
    fs.write(dir .. "/e", s)
    return shell.exec({ "cat", dir .. "/e" }).stdout`,
  "http.post": "return http.post(base .. '/echo', s).body",
  "http.put http.patch http.request": `
    assert(http.put(base .. "/echo", s).body == s)
    assert(http.patch(base .. "/echo", s).body == s)
    return http.request("POST", base .. "/echo", { body = s }).body`,
  "http.get with a query": "return http.get(base .. '/query', { query = { q = s } }).body",
  "http.post of a form": `
    return url.parse_query(http.post(base .. "/echo", nil, { form = { q = s } }).body).q`,
  "http.download": `
    assert(http.download(base .. "/query?q=" .. url.encode(s), dir .. "/d") == #s)
    return fs.read(dir .. "/d")`,
  "http.get http.static": `
    fs.write(dir .. "/static/file", s)
    return http.get(base .. "/static/file").body`,
  "http.get of a stream": "return http.get(base .. '/stream?q=' .. url.encode(s)).body",
  "ws.send_binary ws.recv": `
    local c <close> = ws.connect((base:gsub("^http", "ws")) .. "/ws")
    ws.send_binary(c, s)
    return ws.recv(c)`,
  "ws.messages": `
    local c <close> = ws.connect((base:gsub("^http", "ws")) .. "/ws")
    ws.send_binary(c, s)
    for m in ws.messages(c) do return m end`,
  "db.bytes db.query": `
    local c <close> = db.connect("sqlite::memory:")
    return db.query(c, "SELECT ? AS v", { db.bytes(s) })[1].v`,
  "db.execute db.rows": `
    local c <close> = db.connect("sqlite::memory:")
    db.execute(c, "CREATE TABLE t (v BLOB)")
    db.execute(c, "INSERT INTO t VALUES (?)", { db.bytes(s) })
    for row in db.rows(c, "SELECT v FROM t") do return row.v end`,
  "async.channel": `
    local ch = async.channel(1)
    ch:send(s)
    return ch:recv()`,
  "async.spawn": "return async.spawn(function(x) return x end, s):await()[1]",
  "async.map": "return async.map({ s }, function(x) return x end)[1]",
  "async.timeout": "return async.timeout(5, function(x) return x end, s)",
  "assert.eq assert.ne assert.contains assert.type": `
    assert.eq(s, s)
    assert.ne(s, s .. "\\0")
    assert.contains("\\0\\xff" .. s .. "\\xff", s)
    assert.type(s, "string")
    return s`,
  "assert.matches": "assert.matches('[' .. s .. ']', '^%[.*%]$') return s",
  "template.eta": "return template.eta('<%~ it.v %>', { v = s })",
  "template.eta around it": `
    local text = s:gsub("<", "")
    local out = template.eta(text .. "<%= 1 %>", {}, { trim = false })
    return out:sub(-1) == "1" and out:sub(1, -2) == text and s or out`,
  "crypto.hash crypto.hash_file crypto.hmac": `
    fs.write(dir .. "/h", s)
    assert(crypto.hash_file(dir .. "/h") == crypto.hash(s))
    assert(crypto.hmac(s .. "k", s) == hex.encode(crypto.hmac(s .. "k", s, "sha256", true)))
    return crypto.hash(s) == HASH and s or "another digest"`,
  "compress.gzip compress.gunzip": "return compress.gunzip(compress.gzip(s))",
  "compress.zstd compress.unzstd": "return compress.unzstd(compress.zstd(s))",
  "compress.brotli compress.unbrotli": "return compress.unbrotli(compress.brotli(s))",
  "crypto.compare": "return crypto.compare(s, s) and not crypto.compare(s, s .. '\\0') and s or ''",
  "crypto.scrypt crypto.pbkdf2": `
    local a = crypto.scrypt(s, s, { n = 16 })
    local b = crypto.pbkdf2(s, s, { iterations = 1 })
    assert(#a == 32 and #b == 32 and a ~= crypto.scrypt(s .. "x", s, { n = 16 }))
    assert(b ~= crypto.pbkdf2(s, s .. "\\0", { iterations = 1 }))
    return s`,
};

/** Gives back `s` when it is valid UTF-8; otherwise an error says so. */
const text: Record<string, string> = {
  "json.encode json.parse": "return json.parse(json.encode({ v = { s } })).v[1]",
  "json.encode json.parse of a key": "return next(json.parse(json.encode({ [s] = 1 })))",
  "yaml.encode yaml.parse": "return yaml.parse(yaml.encode({ v = { s } })).v[1]",
  "yaml.encode yaml.parse_all": "return yaml.parse_all(yaml.encode({ v = s }))[1].v",
  "toml.encode toml.parse": "return toml.parse(toml.encode({ v = s })).v",
  "http.post of JSON": "return json.parse(http.post(base .. '/echo', { v = s }).body).v",
  "crypto.jwt_sign crypto.jwt_decode crypto.jwt_verify": `
    local key = ("k"):rep(32)
    local token = crypto.jwt_sign({ v = s }, key, "HS256")
    assert(crypto.jwt_verify(token, key, { algorithm = "HS256" }).claims.v == s)
    return crypto.jwt_decode(token).claims.v`,
  "template.render_string": "return template.render_string('{{ v }}', { v = s })",
  "regex.find": "return regex.find('<' .. s .. '>', '(?s)<(.*)>').groups[1]",
  "regex.match regex.escape": "return regex.match(s, '^' .. regex.escape(s) .. '$') and s",
  "regex.find_all": "return regex.find_all(s, '(?s)^.*$')[1] or s",
  "regex.replace": "return regex.replace('a-b', '-', function() return s end):sub(2, -2)",
  "regex.split": "return regex.split(s .. ';;;' .. s, ';;;')[2]",
  "regex.compile": "return regex.compile('(?s)(.*)'):find(s).match",
  "ws.send": `
    local c <close> = ws.connect((base:gsub("^http", "ws")) .. "/ws")
    ws.send(c, s)
    return ws.recv(c)`,
  "db.query of text": `
    local c <close> = db.connect("sqlite::memory:")
    return db.query(c, "SELECT ? AS v", { s })[1].v`,
};

/** Texts that the system takes only without NUL; everything else exactly. */
const withoutNul: Record<string, string> = {
  "shell.quote": "return shell.exec('printf %s ' .. shell.quote(s)).stdout",
  "env of shell.exec": "return shell.exec('printf %s \"$V\"', { env = { V = s } }).stdout",
  "env.set env.get": "env.set('ASSAY_BYTES', s) return env.get('ASSAY_BYTES')",
  "env.list": `
    env.set("ASSAY_BYTES", s)
    for _, e in ipairs(env.list()) do if e.key == "ASSAY_BYTES" then return e.value end end`,
  "process.spawn": `
    local child = process.spawn {
      cmd = "printf", args = { "%s", s }, stdout = dir .. "/p",
    }
    child:wait()
    return fs.read(dir .. "/p")`,
};

/** Of these, those that take UTF-8 only. */
const textOnly = new Set(["env of shell.exec", "env.set env.get", "env.list"]);

/** File names hold any byte but NUL and `/`. */
const names: Record<string, string> = {
  "fs.list fs.readdir fs.exists fs.stat fs.rename fs.chmod fs.mkdir fs.remove": `
    local d = dir .. "/names"
    if fs.exists(d) then fs.remove(d, { recursive = true }) end
    fs.mkdir(d)
    fs.write(d .. "/" .. s, "x")
    assert(fs.exists(d .. "/" .. s) and fs.stat(d .. "/" .. s).size == 1)
    fs.chmod(d .. "/" .. s, 420)
    fs.rename(d .. "/" .. s, d .. "/" .. s .. "2")
    fs.rename(d .. "/" .. s .. "2", d .. "/" .. s)
    assert(#fs.readdir(d) == 1)
    local name = fs.list(d)[1].name
    fs.remove(d .. "/" .. s)
    assert(not fs.exists(d .. "/" .. s))
    return name`,
  "fs.glob": `
    if fs.exists(dir .. "/globbed") then fs.remove(dir .. "/globbed", { recursive = true }) end
    fs.mkdir(dir .. "/globbed")
    fs.write(dir .. "/globbed/" .. s .. ".txt", "x")
    return fs.glob(dir .. "/globbed/*.txt")[1]:match("globbed/(.*)%.txt$")`,
};

/** Functions with string parameters that no bytes of the script's go through, and why. */
const elsewhere: Record<string, string> = {
  "crypto.random": "gives letters and digits",
  "crypto.random_bytes": "gives any bytes, takes none",
  "crypto.uuid": "gives a UUID",
  "crypto.jwk": "PEM text",
  "crypto.jwks": "PEM text",
  "crypto.jwk_to_pem": "JSON text",
  "crypto.x509": "PEM text or DER",
  "crypto.x509_chain": "PEM text or DER",
  "crypto.generate_keypair": "a name",
  "db.connect": "an address",
  "disk.usage": "a path, read as by fs",
  "disk.dir_size": "a path, read as by fs",
  "disk.sweep": "a path, read as by fs",
  "env._process_get": "as env.get",
  "fs.tempdir": "a prefix",
  "http.head": "no body; the URL as in http.get",
  "http.delete": "as http.request",
  "http.serve": "takes a port and routes; its requests and responses are in the cases of http",
  "http.server": "as http.serve",
  "log.secret": "tests/builtins/log.test.ts",
  "log.info": "log lines are escaped: tests/builtins/log.test.ts",
  "process.kill": "a signal",
  "process.on_signal": "a signal",
  "process.is_running": "a name",
  "process.wait_idle": "names",
  "template.render": "as render_string, of a file",
  "template.render_with_loader": "as render_string, of files",
  "template.eta_file": "as template.eta, of a file",
  "toml.datetime": "a date",
  "url.join": "URLs are ASCII",
  "ws.connect": "an address",
  "ws.protocol": "a name that both sides agreed on",
  "ws.close": "a reason: tests/builtins/ws.test.ts",
};

const dir = testFolder();
const h = harness();
let base = "";

const PRELUDE = "local s, dir, base, HASH = ...\n";

async function serve(): Promise<string> {
  if (base !== "") return base;
  const [url] = await h.run(
    `
    SERVER = http.server({ host = "127.0.0.1" }, {
      ["/echo"] = function(req) return { body = req.body } end,
      ["/query"] = function(req) return { body = req.params.q } end,
      ["/stream"] = function(req) return { stream = function(write) write(req.params.q) end } end,
      ["/static/*"] = http.static(... .. "/static"),
      ["/ws"] = function() return { ws = function(conn)
        for data, binary in conn.read, conn do conn:write(data, { binary = binary }) end
      end } end,
    })
    return SERVER.url`,
    [dir],
  );
  base = url as string;
  return base;
}

afterAll(() => h.run("SERVER:close(0)"));

async function send(code: string, s: Uint8Array): Promise<unknown> {
  const hash = new Bun.CryptoHasher("sha256").update(s).digest("hex");
  const [r] = await h.run(PRELUDE + code, [s, dir, await serve(), hash]);
  return typeof r === "string"
    ? hexOf(Buffer.from(r, "utf8"))
    : r instanceof Uint8Array
      ? hexOf(r)
      : r;
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function isUtf8(bytes: Uint8Array): boolean {
  return Buffer.from(Buffer.from(bytes).toString("utf8")).equals(bytes);
}

const all = Object.entries(payloads);

describe("exact", () => {
  test.each(Object.entries(exact))("%s", async (_, code) => {
    for (const [kind, s] of all) expect([kind, await send(code, s)]).toEqual([kind, hexOf(s)]);
  });
});

describe("valid UTF-8 exactly, other bytes exactly or not at all", () => {
  test.each(Object.entries(text))("%s", async (_, code) => {
    for (const [kind, s] of all) {
      const got = await send(code, s).catch((e: unknown) => (e as Error).message);
      if (isUtf8(s) || got === hexOf(s)) expect([kind, got]).toEqual([kind, hexOf(s)]);
      else expect([kind, got]).toEqual([kind, expect.stringMatching(/UTF-8/)]);
    }
  });
});

describe("without NUL exactly, with it not at all", () => {
  test.each([...Object.entries(withoutNul), ...Object.entries(names)])("%s", async (name, code) => {
    for (const [kind, bytes] of all) {
      const isName = name in names;
      const s = isName ? bytes.filter((b) => b !== 0x2f) : bytes;
      if (isName && (s.length === 0 || s.length > 200)) continue;
      const got = await send(code, s).catch((e: unknown) => (e as Error).message);
      if (s.includes(0))
        expect([kind, got]).toEqual([kind, expect.stringMatching(/NUL|UTF-8|Invalid argument/)]);
      else if (textOnly.has(name) && !isUtf8(s))
        expect([kind, got]).toEqual([kind, expect.stringMatching(/UTF-8/)]);
      else expect([kind, got]).toEqual([kind, hexOf(s)]);
    }
  });
});

test("every function that takes strings is here", () => {
  const covered = new Set(
    [exact, text, withoutNul, names].flatMap((cases) =>
      Object.keys(cases).flatMap((k) => k.split(" ")),
    ),
  );
  const missing: string[] = [];
  for (const b of builtins)
    for (const [key, f] of Object.entries(b.functions ?? {})) {
      const name = `${b.name}.${key}`;
      const takesText = f.params.some((p) => /string|"|^any$/.test(p.type));
      const gives = /string/.test(f.returns ?? "");
      if (!takesText && !gives) continue;
      if (/^(assert|async|log|os)\./.test(name) && !f.params.some((p) => /string/.test(p.type)))
        continue;
      if (!covered.has(name) && elsewhere[name] === undefined) missing.push(name);
    }
  expect(missing).toEqual([]);
});
