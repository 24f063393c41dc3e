/** `http.stub` in front of a real server: recording, masking, replaying. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { type Exchange, storedText } from "../../src/builtins/http/stub/exchange";
import { Masker } from "../../src/builtins/http/stub/mask";
import { Recording } from "../../src/builtins/http/stub/recording";
import { Secrets } from "../../src/host/secrets";
import { luaWithModules } from "../stdlib/server";
import { testFolder } from "./folder";
import { type Harness, harness } from "./harness";

const folder = testFolder();

/** An API with a login, on a port of its own. */
const API = `
  local hits = 0
  local api = http.server({ host = "127.0.0.1" }, {
    POST = { ["/login"] = function(req)
      return { json = { access_token = "tok-" .. "123456", token_type = "bearer", n = 1.5 } }
    end },
    GET = {
      ["/me"] = function(req)
        hits = hits + 1
        if req.headers.authorization ~= "Bearer tok-123456" then return { status = 401 } end
        return { json = { name = "ada", hits = hits, jwt = "eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln" } }
      end,
      ["/page"] = function(req)
        return { headers = { Link = "<http://" .. req.headers.host .. "/page?n=2>" }, body = "\\xff\\0" }
      end,
    },
  })`;

const SCRIPT = `
  local function script(base)
    local login = http.post(base .. "/login", { user = "ada", password = "hunter22" }):json()
    local headers = { Authorization = "Bearer " .. login.access_token }
    local first = http.get(base .. "/me?api_key=k3y-secret&x=1", { headers = headers }):json()
    local second = http.get(base .. "/me?x=1&api_key=k3y-secret", { headers = headers }):json()
    local page = http.get(base .. "/page")
    return login.n, first.name, first.hits, second.hits, page.body, page.headers.link
  end`;

function lua(): Harness {
  return harness({ env: { ASSAY_STUB: "" } });
}

async function record(file: string): Promise<unknown[]> {
  const h = lua();
  const results = await h.run(
    `${API} ${SCRIPT}
     local stub <close> = http.stub { file = ..., upstream = api.url }
     assert.eq(stub.mode, "record")
     local results = { script(stub.url) }
     results[6] = results[6]:gsub(stub.port, "PORT")
     return table.unpack(results, 1, 6)`,
    [file],
  );
  await h.lua.close();
  return results;
}

test("what was recorded is replayed without the service", async () => {
  const file = join(folder, "api.json");
  const recorded = await record(file);
  expect(recorded.slice(0, 4)).toEqual([1.5, "ada", 1, 2]);
  expect(recorded[5]).toBe("<http://127.0.0.1:PORT/page?n=2>");
  const h = lua();
  const replayed = await h.run(
    `${SCRIPT}
     local stub <close> = http.stub { file = ... }
     assert.eq(stub.mode, "replay")
     local results = { script(stub.url) }
     results[6] = results[6]:gsub(stub.port, "PORT")
     stub:verify()
     return table.unpack(results, 1, 6)`,
    [file],
  );
  expect(replayed).toEqual(recorded);
  await h.lua.close();
});

test("the length that HEAD says and the bytes of headers come through, recorded and replayed", async () => {
  const file = join(folder, "head.json");
  const h = lua();
  const ask = `
    local res = http.head(stub.url .. "/page")
    return res.headers["content-length"], res.headers["x-name"] == "caf\\xe9", res.headers["x-text"]`;
  const recorded = await h.run(
    `local api <close> = http.server({ host = "127.0.0.1" }, { HEAD = { ["/page"] = function()
       return { headers = { ["X-Name"] = "caf\\xe9", ["X-Text"] = "café" }, body = ("x"):rep(1234) }
     end } })
     local stub <close> = http.stub { file = ..., upstream = api.url }
     ${ask}`,
    [file],
  );
  expect(recorded).toEqual(["1234", true, "café"]);
  expect(await h.run(`local stub <close> = http.stub { file = ... } ${ask}`, [file])).toEqual(
    recorded,
  );
  await h.lua.close();
});

test("no secret is in the file", async () => {
  const file = join(folder, "masked.json");
  await record(file);
  const text = readFileSync(file, "utf8");
  for (const secret of ["tok-123456", "hunter22", "k3y-secret", "eyJhbGci", "c2ln"])
    expect([secret, text.includes(secret)]).toEqual([secret, false]);
  const { exchanges } = JSON.parse(text);
  expect(exchanges[0]).toMatchObject({
    request: { method: "POST", path: "/login", json: { user: "ada", password: "[redacted]" } },
    response: { status: 200, json: { access_token: "[redacted]", token_type: "bearer", n: 1.5 } },
  });
  expect(exchanges[1].request.headers.authorization).toBe("[redacted]");
  expect(exchanges[3].response.base64).toBe(Buffer.from([0xff, 0]).toString("base64"));
});

test("what Vault and Kubernetes Secrets hold is masked", async () => {
  const file = join(folder, "vault.json");
  const h = luaWithModules();
  const encoded = Buffer.from("pg-password").toString("base64");
  await h.run(
    `local api = http.server({ host = "127.0.0.1" }, {
       ["/v1/kv/db"] = function() return { json = { data = { data = { user = "pg-user", inner = { "deep-one" } } } } } end,
       ["/api/v1/namespaces/x/secrets/db"] = function()
         return { json = { kind = "Secret", metadata = { name = "pg-secret" }, data = { pw = "${encoded}" } } }
       end,
     })
     local stub <close> = http.stub { file = ..., upstream = api.url, mode = "record" }
     local k8s = require("assay.k8s")
     http.get(stub.url .. "/v1/kv/db", { headers = { ["X-Vault-Token"] = "root-token" } })
     local secret = k8s.get_secret("x", "db", { base_url = stub.url, token = "sa-token-1" })
     assert.eq(secret.pw, "pg-password")`,
    [file],
  );
  await h.lua.close();
  const text = readFileSync(file, "utf8");
  for (const secret of ["pg-user", "deep-one", encoded, "root-token", "sa-token-1"])
    expect([secret, text.includes(secret)]).toEqual([secret, false]);
  const again = luaWithModules();
  const [value] = await again.run(
    `local stub <close> = http.stub { file = ... }
     return require("assay.k8s").get_secret("x", "db", { base_url = stub.url, token = "other" }).pw`,
    [file],
  );
  expect(value).toBe("[redacted]");
  await again.lua.close();
});

/** Secrets in the places where services have them; each ends in its own letters. */
const PLACES = `
  local api = http.server({ host = "127.0.0.1" }, {
    ["/login"] = function() return {
      headers = { ["Set-Cookie"] = "sid=cookie-AA1; Path=/", Location = "/x?access_token=location-AA2" },
      json = { accessToken = "camel-AA3", nested = { { apiKey = "nested-AA4", password = 98765432 } },
        tokens = { "list-AA5", "list-AA6" }, token_ttl = 3600, next_page_token = "page-two",
        url = "https://me:userinfo-AA7@db.example/x?sig=parameter-AA8&page=2" },
    } end,
    ["/sts"] = function() return { body = '<C><SecretAccessKey>xml-AA9</SecretAccessKey></C>' } end,
    ["/echo"] = function(req) return { text = "you sent " .. (req.query or "") .. req.body .. " camel-AA3 basic-BB1" } end,
    ["/gz"] = function() return { headers = { ["Content-Encoding"] = "gzip", ["Content-Type"] = "application/json" },
      body = compress.gzip('{"secret":"gzip-BB2"}') } end,
  })
  function calls(url)
    http.post(url .. "/login", { passphrase = 'json-&"\\\\BB3', pin = 12 })
    http.get(url .. "/sts?auth_key=query-BB4", { headers = {
      Authorization = "Basic " .. base64.encode("me:basic-BB1"), ["PRIVATE-TOKEN"] = "header-BB5",
    } })
    http.post(url .. "/echo?x=1&token=t%26-BB6", "grant_type=x&client_secret=form-BB7&password=98765432",
      { headers = { ["Content-Type"] = "application/x-www-form-urlencoded" } })
    http.post(url .. "/echo", { password = 98765432, list = { token = { "item-BB8", "item-BB9" } } })
    http.get(url .. "/gz")
  end`;

test("secrets are found wherever services have them, and requests with others fit", async () => {
  const file = join(folder, "places.json");
  const h = lua();
  await h.run(
    `${PLACES} local stub <close> = http.stub { file = ..., upstream = api.url } calls(stub.url)`,
    [file],
  );
  const text = readFileSync(file, "utf8");
  expect(text.match(/[\w-]+-[AB]{2}\d|98765432|t%26|BB3/g)).toBe(null);
  const { exchanges } = JSON.parse(text);
  expect(exchanges[0].response.json).toMatchObject({
    token_ttl: 3600,
    next_page_token: "page-two",
    nested: [{ apiKey: "[redacted]", password: "[redacted]" }],
    url: "https://me:[redacted]@db.example/x?sig=[redacted]&page=2",
  });
  const replay = `${PLACES} api:close() local stub <close> = http.stub { file = ... } calls(stub.url) stub:verify()`;
  await h.run(replay, [file]);
  await h.run(replay.replaceAll("BB", "CC").replaceAll("98765432", "11111111"), [file]);
  // what fits nothing is in no message either
  await h.run(
    `local stub <close> = http.stub { file = ... }
     local res = http.post(stub.url .. "/other?token=query-DD1", { password = "json-DD2" })
     assert.eq(res.status, 501)
     assert.is_nil(res.body:find("DD", 1, true))`,
    [file],
  );
  expect(h.logged().join("\n")).toContain("POST /other?token=[redacted]");
  expect(h.logged().join("\n")).not.toContain("DD");
  await h.lua.close();
});

test("further names, secrets of the environment, and registered ones are masked", async () => {
  const file = join(folder, "names.json");
  const h = lua();
  h.lua.host.secrets.register("registered-value");
  await h.run(
    `local api = http.server({ host = "127.0.0.1" }, { ["/*"] = function(req) return "seen " .. req.path end })
     local stub <close> = http.stub { file = ..., upstream = api.url, mask = { "Customer" } }
     http.get(stub.url .. "/registered-value?customer=acme-corp&plain=visible")
     http.get(stub.url .. "/acme-corp")`,
    [file],
  );
  await h.lua.close();
  const text = readFileSync(file, "utf8");
  expect(text).not.toMatch(/registered-value|acme-corp/);
  expect(text).toContain("plain=visible");
});

test("a request that was not recorded is answered with what there is", async () => {
  const h = lua();
  const [status, body, message, unused] = await h.run(
    `local stub <close> = http.stub { exchanges = {
       { "GET /a?x=1", { json = { 1, 2 } } },
       { { "POST /b", json = { k = "v" } }, { status = 201, headers = { ["X-Id"] = "7" }, body = "made" } },
     } }
     assert.eq(http.get(stub.url .. "/a", { query = { x = 1 } }):json(), { 1, 2 })
     local res = http.post(stub.url .. "/b", { k = "other" })
     local _, message = pcall(stub.verify, stub)
     return res.status, res.body, message, #stub:unused()`,
  );
  expect(status).toBe(501);
  expect(body).toBe(
    'http.stub: no exchange for\n  POST /b {"k":"other"}\namong\n  GET /a?x=1\n  POST /b {"k":"v"}\n',
  );
  expect(message).toBe("http.stub.verify: no exchange for POST /b\n  not used: POST /b");
  expect(unused).toBe(1);
  expect(h.logged()[0]).toContain("ERROR http.stub: no exchange for");
  await h.lua.close();
});

test("statuses without a body, floats as statuses, what is no status, long requests", async () => {
  const h = lua();
  expect(
    await h.run(
      `local stub <close> = http.stub { exchanges = {
         { "GET /reset", { status = 205.0 } }, { "GET /empty", { status = 204, body = "x" } },
       } }
       local got = {}
       for i, path in ipairs { "/reset", "/empty" } do got[i] = http.get(stub.url .. path).status end
       got[3] = http.post(stub.url .. "/", ("x"):rep(300)).body:match("xxx+([^\\n]*)")
       return got, select(2, pcall(http.stub, { exchanges = { { "GET /", { status = 200.5 } } } }))`,
    ),
  ).toEqual([[205, 204, "…"], "http.stub: exchange 1: the status must be from 200 to 599"]);
  await h.lua.close();
});

test("repeated requests are replayed in order, the last one again and again", async () => {
  const h = lua();
  const [seen] = await h.run(
    `local stub <close> = http.stub { match = "path", exchanges = {
       { "GET /s", { status = 503 } }, { "GET /s", { status = 200, body = "up" } },
     } }
     local seen = {}
     for i = 1, 4 do seen[i] = http.get(stub.url .. "/s?try=" .. i).status end
     assert.eq(#stub:requests(), 4)
     assert.eq(stub:requests()[2].query, "try=2")
     return seen`,
  );
  expect(seen).toEqual([503, 200, 200, 200]);
  await h.lua.close();
});

test("ASSAY_STUB decides between recording and replaying", async () => {
  const file = join(folder, "auto.json");
  const code = `
    local api = http.server({ host = "127.0.0.1" }, { ["/v"] = function() return "live" end })
    local stub <close> = http.stub { file = ..., upstream = api.url }
    return stub.mode, http.get(stub.url .. "/v").body`;
  expect(await lua().run(code, [file])).toEqual(["record", "live"]);
  expect(existsSync(file)).toBe(true);
  writeFileSync(file, readFileSync(file, "utf8").replace("live", "kept"));
  expect(await lua().run(code, [file])).toEqual(["replay", "kept"]);
  const env = { ASSAY_STUB: "record" };
  expect(await harness({ env }).run(code, [file])).toEqual(["record", "live"]);
});

test("mistakes say what they are", async () => {
  const h = lua();
  expect(await h.failure("http.stub {}")).toBe(
    "http.stub: one of the options 'file' and 'exchanges' is needed",
  );
  expect(await h.failure('http.stub { file = "/no/such.json" }')).toBe(
    "http.stub: reading \"/no/such.json\": No such file or directory (os error 2) (to record it, give 'upstream' or set ASSAY_STUB=record)",
  );
  expect(await h.failure('http.stub { mode = "record", file = "x" }')).toBe(
    "http.stub: recording needs the options 'file' and 'upstream'",
  );
  expect(await h.failure('http.stub { exchanges = { { "a", {} } } }')).toBe(
    'http.stub: exchange 1: the request must be like "GET /path?query"',
  );
  expect(await h.failure("http.stub { fiel = 1 }")).toContain("unknown option 'fiel'");
  expect(await h.failure("local o = {} o['fi' .. 'el'] = 1 http.stub(o)")).toContain(
    "unknown option 'fiel'",
  );
  const file = join(folder, "broken.json");
  writeFileSync(file, "{}");
  expect(await h.failure(`http.stub { file = "${file}" }`)).toContain(
    "it holds no list 'exchanges'",
  );
});

test("an upstream that is down is a 502 that says so", async () => {
  const h = lua();
  const [status, body] = await h.run(
    `local stub <close> = http.stub { file = ..., upstream = "http://127.0.0.1:1", mode = "record" }
     local res = http.get(stub.url .. "/x")
     return res.status, res.body`,
    [join(folder, "down.json")],
  );
  expect([status, body]).toEqual([
    502,
    "http.stub: connecting to http://127.0.0.1:1/x: connection refused\n",
  ]);
  // a file without exchanges would be replayed from then on
  expect(existsSync(join(folder, "down.json"))).toBe(false);
});

test("large bodies take no time to be masked, whatever they are made of", async () => {
  const h = lua();
  const [ms] = await h.run(
    `local bodies = { ("x"):rep(3e5), '"' .. ('\\\\"'):rep(1e5), ("eyJa-"):rep(4e4) }
     local api <close> = http.server({ host = "127.0.0.1" }, {
       ["/:n"] = function(req) return { body = bodies[tonumber(req.params.n)] } end,
     })
     local stub <close> = http.stub { file = ..., upstream = api.url, mode = "record" }
     local start = time()
     for i, body in ipairs(bodies) do assert.eq(#http.get(stub.url .. "/" .. i).body, #body) end
     return (time() - start) * 1000`,
    [join(folder, "large.json")],
  );
  expect(ms).toBeLessThan(8000);
}, 60_000);

/** Answers of a service that names its secrets now and then, in the order of `words`. */
function exchanges(words: readonly string[]): Exchange[] {
  return words.map((word, i) => ({
    request: { method: "GET", path: `/${word}`, query: `n=${i}`, headers: [], body: undefined },
    response: {
      status: 200,
      headers: [["x-note", `about ${words[(i * 5) % words.length]}`]],
      body: JSON.stringify({
        note: `${words[(i * 7) % words.length]} and ${words[(i * 3) % words.length]}`,
        ...(i % 3 === 2 && { password: word }),
        ...(i % 8 === 5 && { kind: "Secret", data: { key: words[(i * 2) % words.length] } }),
      }),
    },
  }));
}

test("what later exchanges say to be secret is masked in the earlier ones", () => {
  const words = Array.from({ length: 60 }, (_, i) => `word${(i * 37) % 50}${"x".repeat(i % 4)}`);
  const secrets = new Secrets();
  const masker = new Masker(secrets, new Set());
  const recording = new Recording(masker);
  const all = exchanges(words);
  all.forEach((exchange, i) => {
    if (i === 40) secrets.register(words[1] as string);
    masker.learn(exchange);
    recording.add(exchange);
    const anew = all.slice(0, i + 1).map((e) => storedText(masker.mask(e)));
    expect(recording.texts()).toEqual(anew);
  });
  expect(recording.texts().join()).not.toContain(words[1]);
});

test("an exchange is masked once, not again with each that follows", () => {
  const masker = new Masker(new Secrets(), new Set());
  const mask = vi.spyOn(masker, "mask");
  const recording = new Recording(masker);
  const all = exchanges(Array.from({ length: 200 }, (_, i) => `word${i}`));
  for (const exchange of all) {
    const { headers, body } = exchange.response;
    const login = {
      ...exchange,
      response: { status: 200, headers, body: `{"token":"${body.length}-t"}` },
    };
    masker.learn(login);
    recording.add(login);
    recording.texts();
  }
  expect(mask.mock.calls.length).toBe(all.length);
});
