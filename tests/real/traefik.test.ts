/** assay.traefik against Traefik with a file of routers. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  answers,
  freePort,
  pythonProgram,
  type RealServer,
  runner,
  startProgram,
  versionOf,
} from "./real";

const traefik = pythonProgram("traefik");
const version = traefik ? versionOf(traefik, "version") : "(left out: traefik not installed)";

const ROUTERS = 120;
/** With those of the configuration below, and those of the API and of ping. */
const ALL = ROUTERS + 5;

/** Routers, services and middlewares of all kinds; `up` answers health checks, `down` does not. */
function configuration(up: string, down: string): string {
  const many = Array.from({ length: ROUTERS }, (_, i) => [
    `r${i}`,
    { rule: `Host(\`h${i}.example\`)`, service: "app", entryPoints: ["web"] },
  ]);
  const servers = [{ address: "127.0.0.1:9" }];
  return JSON.stringify({
    http: {
      routers: {
        ...Object.fromEntries(many),
        secure: { rule: "Host(`a.example`)", service: "app", middlewares: ["strip"], tls: {} },
        broken: { rule: "Host(`b.example`)", service: "missing" },
        "odd name/ü": { rule: "Host(`c.example`)", service: "app" },
      },
      services: {
        app: {
          loadBalancer: {
            healthCheck: { path: "/ping", interval: "200ms", timeout: "200ms" },
            servers: [{ url: up }, { url: down }],
          },
        },
      },
      middlewares: { strip: { stripPrefix: { prefixes: ["/x"] } } },
    },
    tcp: {
      routers: { t: { rule: "HostSNI(`*`)", service: "ts", entryPoints: ["web"] } },
      services: { ts: { loadBalancer: { servers } } },
      middlewares: { few: { inFlightConn: { amount: 3 } } },
    },
    udp: {
      routers: { u: { service: "us", entryPoints: ["udp"] } },
      services: { us: { loadBalancer: { servers } } },
    },
  });
}

describe.skipIf(!traefik)(`Traefik ${version}`, () => {
  let server: RealServer;
  let up: string;
  let down: string;
  const lua = runner(
    () => `local traefik = require("assay.traefik")
      local c = traefik.client(URL .. "/")
      local function names(list)
        local out = {}
        for _, item in ipairs(list) do out[#out + 1] = item.name end
        return table.concat(out, " ")
      end`,
    () => ({ URL: server.url, DOWN: down }),
  );
  beforeAll(async () => {
    const [web, udp, nobody] = [await freePort(), await freePort(), await freePort()];
    server = await startProgram({
      file: traefik as string,
      args: (dir, port) => {
        up = `http://127.0.0.1:${port}`;
        down = `http://127.0.0.1:${nobody}`;
        const dynamic = join(dir, "dynamic.yaml");
        writeFileSync(dynamic, configuration(up, down));
        return [
          ...["--global.checkNewVersion=false", "--global.sendAnonymousUsage=false", "--ping"],
          ...["--api.insecure", "--api.dashboard=false", `--providers.file.filename=${dynamic}`],
          `--entryPoints.traefik.address=127.0.0.1:${port}`,
          `--entryPoints.web.address=127.0.0.1:${web}`,
          `--entryPoints.udp.address=127.0.0.1:${udp}/udp`,
        ];
      },
      isReady: (url) => answers(`${url}/ping`),
    });
  });
  afterAll(() => server?.stop());

  test("state, entry points, ping", async () => {
    expect(
      await lua.run(`
        traefik.wait_router_enabled(URL, "secure@file", 10, { interval = 0.1 })
        return c:version().Version, c:overview().http.routers, names(c:entrypoints()),
          c:entrypoint("web").name, (c:ping()), c:rawdata().routers["secure@file"].service,
          (traefik.ping("http://127.0.0.1:1"))`),
    ).toEqual([
      version,
      { errors: 1, total: ALL, warnings: 0 },
      "traefik udp web",
      "web",
      true,
      "app",
      false,
    ]);
  });
  test("routers: pages, filters, names, errors", async () => {
    expect(
      await lua.run(`
        local router = c:http_router("odd name/ü@file")
        return #c:http_routers(), #c:http_routers({ per_page = 7 }), #c:http_routers({ page = 2, per_page = 7 }),
          names(c:http_routers({ search = "secure" })), names(c:http_routers({ status = "disabled" })),
          names(c:http_routers({ middleware_name = "strip@file" })), #c:http_routers({ search = "none" }),
          router.rule, { c:healthy_routers() }`),
    ).toEqual([
      ALL,
      ALL,
      7,
      "secure@file",
      "broken@file",
      "secure@file",
      0,
      "Host(`c.example`)",
      [
        ALL - 1,
        1,
        [
          {
            name: "broken@file",
            status: "disabled",
            errors: ['the service "missing@file" does not exist'],
          },
        ],
      ],
    ]);
    expect(
      await lua.run(`return c:is_router_enabled("secure@file"), c:is_router_enabled("broken@file"),
        c:is_router_enabled("none"), c:router_has_tls("secure@file"), c:router_has_tls("r1@file")`),
    ).toEqual([true, false, false, true, false]);
    expect(await lua.failure(`c:http_router("none@file")`)).toMatch(
      /traefik: GET \/api\/http\/routers\/none@file HTTP 404: .*router not found/,
    );
    expect(
      await lua.failure(`c:wait_router_enabled("broken@file", 0.2, { interval = 0.1 })`),
    ).toContain('(last: status disabled: the service "missing@file" does not exist)');
  });
  test("the other kinds", async () => {
    expect(
      await lua.run(`return names(c:http_middlewares()), names(c:tcp_routers()), names(c:tcp_services()),
        names(c:tcp_middlewares()), names(c:udp_routers()), names(c:udp_services()),
        c:http_middleware("strip@file").type, c:tcp_router("t@file").rule, c:tcp_service("ts@file").type,
        c:tcp_middleware("few@file").type, c:udp_router("u@file").service, c:udp_service("us@file").type,
        names(c:http_services()):find("app@file", 1, true) ~= nil`),
    ).toEqual([
      ...["strip@file", "t@file", "ts@file", "few@file", "u@file", "us@file", "stripprefix"],
      ...["HostSNI(`*`)", "loadbalancer", "inflightconn", "us", "loadbalancer", true],
    ]);
  });
  test("servers of a service and their health", async () => {
    const [count, health] = await lua.run(`
      eventually(function() return c:service_health("app@file").down == 1 end)
      return c:service_server_count("app@file"), c:service_health("app@file")`);
    expect(count).toBe(2);
    expect(health).toEqual({ up: 1, down: 1, total: 2, down_servers: [down] });
  });
});
