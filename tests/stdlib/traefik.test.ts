import { expect, test } from "vitest";
import { useApi } from "./server";

const api = useApi();
const run = (code: string) => api.run(`local t = require("assay.traefik")\n${code}`);
const failure = (code: string) => api.failure(`local t = require("assay.traefik")\n${code}`);

test.each([
  ["overview(URL)", "/api/overview"],
  ["version(URL)", "/api/version"],
  [`entrypoint(URL, "web")`, "/api/entrypoints/web"],
  [`http_router(URL, "my-app@docker")`, "/api/http/routers/my-app@docker"],
  [`http_service(URL, "a/b@file")`, "/api/http/services/a%2Fb@file"],
  [`http_middleware(URL, "m@file")`, "/api/http/middlewares/m@file"],
  [`tcp_router(URL, "r")`, "/api/tcp/routers/r"],
  [`tcp_service(URL, "r")`, "/api/tcp/services/r"],
  [`tcp_middleware(URL, "r")`, "/api/tcp/middlewares/r"],
  [`udp_router(URL, "r")`, "/api/udp/routers/r"],
  [`udp_service(URL, "r")`, "/api/udp/services/r"],
  [`certificate(URL, "a/b")`, "/api/certificates/a%2Fb"],
  ["rawdata(URL)", "/api/rawdata"],
])("%s", async (call, path) => {
  api.expect(`GET ${path}`, { json: { a: 1 } }, { headers: { authorization: null } });
  expect(await run(`return t.${call.replace("URL", 'URL .. "//"')}.a`)).toEqual([1]);
  api.expect(`GET ${path}`, { status: 404, text: "no" });
  expect(await failure(`t.${call}`)).toContain(`traefik: GET ${path} HTTP 404: no`);
});

test.each([
  ["entrypoints", "/api/entrypoints"],
  ["http_routers", "/api/http/routers"],
  ["http_services", "/api/http/services"],
  ["http_middlewares", "/api/http/middlewares"],
  ["tcp_routers", "/api/tcp/routers"],
  ["tcp_services", "/api/tcp/services"],
  ["tcp_middlewares", "/api/tcp/middlewares"],
  ["udp_routers", "/api/udp/routers"],
  ["udp_services", "/api/udp/services"],
  ["certificates", "/api/certificates"],
])("%s follows pages", async (name, path) => {
  api.expect(`GET ${path}`, { json: [1, 2], headers: { "X-Next-Page": "2" } });
  api.expect(`GET ${path}?page=2`, { json: [3], headers: { "X-Next-Page": "1" } });
  expect(await run(`return t.${name}(URL)`)).toEqual([[1, 2, 3]]);
  api.expect(`GET ${path}?search=a%20b&page=1&per_page=5`, {
    json: [1],
    headers: { "X-Next-Page": "2" },
  });
  expect(await run(`return #t.${name}(URL, { search = "a b", page = 1, per_page = 5 })`)).toEqual([
    1,
  ]);
  api.expect(`GET ${path}`, { status: 500, text: "x" });
  expect(await failure(`t.${name}(URL)`)).toContain(`traefik: GET ${path} HTTP 500: x`);
});

test("helpers", async () => {
  api.expect("GET /api/http/routers/r", { json: { status: "enabled", tls: {} } });
  api.expect("GET /api/http/routers/r", { json: { status: "enabled", tls: {} } });
  api.expect("GET /api/http/routers/r", { json: { status: "warning", tls: null } });
  api.expect("GET /api/http/services/s", { json: { loadBalancer: { servers: [{}, {}] } } });
  api.expect("GET /api/http/services/s", { json: {} });
  api.expect("GET /api/http/services/s", { json: { serverStatus: { a: "UP", b: "DOWN" } } });
  api.expect("GET /api/http/routers", {
    json: ["enabled", "enabled", "disabled", "enabled", "warning"].map((status) => ({ status })),
  });
  expect(
    await run(`
      local out = { t.is_router_enabled(URL, "r"), t.router_has_tls(URL, "r"),
        t.router_has_tls(URL, "r"), t.service_server_count(URL, "s"),
        t.service_server_count(URL, "s"), t.service_health(URL, "s") }
      local enabled, others, which = t.healthy_routers(URL)
      return out, enabled, others, which[2].status`),
  ).toEqual([
    [true, true, false, 2, 0, { up: 1, down: 1, total: 2, down_servers: ["b"] }],
    3,
    2,
    "warning",
  ]);
});

test("a router that is not there is neither enabled nor has TLS", async () => {
  for (let i = 0; i < 2; i++) api.expect("GET /api/http/routers/r", { status: 404, text: "no" });
  expect(await run(`return t.is_router_enabled(URL, "r"), t.router_has_tls(URL, "r")`)).toEqual([
    false,
    false,
  ]);
});

test("a client, credentials, ping, wait", async () => {
  const headers = { authorization: `Basic ${Buffer.from("u:p").toString("base64")}` };
  api.expect("GET /base/api/version", { json: {} }, { headers });
  api.expect("GET /ping", { text: "OK" });
  api.expect("GET /ping", { status: 503 });
  api.expect("GET /api/http/routers/r", { status: 404 });
  api.expect("GET /api/http/routers/r", { json: { status: "enabled" } });
  expect(
    await run(`
      t.client(URL .. "/base", { username = "u", password = "p" }):version()
      local a, b = t.ping(URL), (t.ping(URL))
      return a, b, t.wait_router_enabled(URL, "r", 5, { interval = 0.02 })`),
  ).toEqual([true, false, true]);
});

test("wait_router_enabled says what is wrong with the router", async () => {
  // as Traefik 3.7 has it
  const router = {
    name: "broken@file",
    status: "disabled",
    error: ['the service "missing@file" does not exist'],
  };
  for (let i = 0; i < 2; i++) api.expect("GET /api/http/routers/broken@file", { json: router });
  expect(
    await api.failure(
      `require("assay.traefik").wait_router_enabled(URL, "broken@file", 0.3, { interval = 0.3 })`,
    ),
  ).toContain(
    'traefik: router broken@file not enabled after 0.3s (last: status disabled: the service "missing@file" does not exist)',
  );
});

test("services that are made of others", async () => {
  const service = (name: string, json: unknown) =>
    api.expect(`GET /api/http/services/${name}`, { json });
  const expectAll = () => {
    service("w@file", {
      weighted: { services: [{ name: "a" }, { name: "f@file" }, { name: "c@docker" }] },
    });
    service("a@file", {
      loadBalancer: { servers: [{}, {}] },
      serverStatus: { x: "UP", y: "DOWN" },
    });
    service("f@file", { failover: { service: "a", fallback: "m" } });
    service("m@file", { mirroring: { service: "b", mirrors: [{ name: "z" }] } });
    service("b@file", { loadBalancer: { servers: [{}] }, serverStatus: { z: "UP" } });
    service("c@docker", { loadBalancer: {} });
  };
  expectAll();
  expectAll();
  expect(
    await run(`return t.service_server_count(URL, "w@file"), t.service_health(URL, "w@file")`),
  ).toEqual([3, { up: 2, down: 1, total: 3, down_servers: ["y"] }]);
});

test("healthy_routers of another protocol, wait_service_up", async () => {
  api.expect("GET /api/tcp/routers", {
    json: [{ name: "r@file", status: "disabled", error: ["no entry point"] }],
  });
  api.expect("GET /api/http/services/s", { json: { serverStatus: { a: "DOWN", b: "UP" } } });
  api.expect("GET /api/http/services/s", { json: { serverStatus: { a: "UP", b: "UP" } } });
  expect(
    await run(`
      local enabled, others, which = t.healthy_routers(URL, { protocol = "tcp" })
      return enabled, others, which, t.wait_service_up(URL, "s", 5, { count = 2, interval = 0.01 })`),
  ).toEqual([0, 1, [{ name: "r@file", status: "disabled", errors: ["no entry point"] }], true]);
  api.expect("GET /api/http/services/s", { json: { serverStatus: { a: "DOWN" } } });
  expect(await failure(`t.wait_service_up(URL, "s", 0)`)).toContain(
    "traefik: service s not up after 0s (last: 0 of 1 servers up)",
  );
});

test("support_dump, metrics", async () => {
  api.expect("GET /api/support-dump", { text: Buffer.from([0x1f, 0x8b, 0]) });
  api.expect("GET /metrics", { text: "m 1" });
  expect(
    await run(`local path = os.tmpname()
      return t.support_dump(URL, path), #fs.read(path), t.metrics(URL)`),
  ).toEqual([3, 3, "m 1"]);
});

test("the time limit of a call", async () => {
  const message = await failure(`
    local server = http.server({ host = "127.0.0.1" }, { ["/api/overview"] = function() sleep(5) return {} end })
    t.overview(server.url, { timeout = 0.05 })`);
  expect(message).toContain("timeout after 0.05 s");
});
