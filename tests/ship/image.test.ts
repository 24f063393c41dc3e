/**
 * The image without a container engine: its root filesystem, read-only, in namespaces of its own,
 * as the image's user. Needs root and util-linux.
 */
import { spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Authority, makeAuthority } from "../builtins/http-peers";
import { compiledAssay } from "../compiled";

const ROOT = join(import.meta.dirname, "..", "..");
const NAMESERVER = "127.0.0.71";
const NAME = "service.test";

const probe = spawnSync("unshare", ["--mount", "--pid", "--fork", "chroot", "/", "/bin/true"]);
const why = probe.status === 0 ? "" : "needs root, unshare and chroot";

const directory = mkdtempSync(join(tmpdir(), "assay-image-"));
const rootfs = join(directory, "root");
const job = join(directory, "job");
let authority: Authority;
const closers: (() => unknown)[] = [];

/** Mounts what a container runtime mounts, then starts the image's program as process 1. */
const START = `
mount --bind ${rootfs} ${rootfs}
mount -o remount,ro,bind ${rootfs}
mount -t proc proc ${rootfs}/proc
mount -t tmpfs -o mode=1777 tmpfs ${rootfs}/tmp
mount -t tmpfs tmpfs ${rootfs}/dev
mknod -m 666 ${rootfs}/dev/null c 1 3
mknod -m 666 ${rootfs}/dev/urandom c 1 9
mknod -m 666 ${rootfs}/dev/random c 1 8
mount -t tmpfs tmpfs ${rootfs}/etc/job
cp -r ${job}/. ${rootfs}/etc/job
mount --bind ${job}/resolv.conf ${rootfs}/etc/resolv.conf
exec env -i PATH=/usr/bin HOME=/tmp "$(command -v chroot)" --userspec=65532:65532 --groups= ${rootfs} /usr/bin/assay "$@"
`;

function contained(args: string[]): string[] {
  return ["--mount", "--pid", "--fork", "--kill-child", "sh", "-euc", START, "sh", ...args];
}

/** Not synchronous: the servers are in this process. */
async function run(...args: string[]) {
  const child = spawn("unshare", contained(args), { stdio: ["ignore", "pipe", "pipe"] });
  const [out, err, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.on("exit", resolve)),
  ]);
  return { code, out, err };
}

/** Answers every question for the address of NAME with 127.0.0.1. */
async function nameserver(): Promise<void> {
  const socket = createSocket("udp4");
  socket.on("message", (query, peer) => {
    const end = query.indexOf(0, 12) + 5;
    const isAddress = query.readUInt16BE(end - 4) === 1;
    const isKnown = query.toString("latin1", 12, end).includes("\x07service\x04test");
    const head = Buffer.from(query.subarray(0, 12));
    head.writeUInt16BE(0x8580 | (isKnown ? 0 : 3), 2);
    head.writeUInt16BE(isKnown && isAddress ? 1 : 0, 6);
    head.writeUInt32BE(0, 8);
    const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]);
    const rows = isKnown && isAddress ? [answer] : [];
    socket.send(Buffer.concat([head, query.subarray(12, end), ...rows]), peer.port, peer.address);
  });
  await new Promise<void>((resolve) => socket.bind(53, NAMESERVER, resolve));
  closers.push(() => socket.close());
}

/** An HTTPS server for NAME; gives its port. */
async function service(): Promise<number> {
  const server = createServer(authority.issue(NAME, `DNS:${NAME}`), (_request, response) => {
    response.setHeader("Content-Type", "application/json");
    response.end('{"status":"ok"}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

describe.skipIf(why !== "")(`the image${why === "" ? "" : ` (left out: ${why})`}`, () => {
  let port = 0;

  beforeAll(async () => {
    const made = spawnSync(process.execPath, ["scripts/rootfs.ts", rootfs, compiledAssay()], {
      cwd: ROOT,
      encoding: "utf8",
    });
    expect(made.stderr).toBe("");
    // mount points of the job, as a ConfigMap volume and the kubelet's file would be
    mkdirSync(join(rootfs, "etc/job"));
    writeFileSync(join(rootfs, "etc/resolv.conf"), "");
    mkdirSync(job);
    writeFileSync(join(job, "resolv.conf"), `nameserver ${NAMESERVER}\n`);
    authority = makeAuthority();
    writeFileSync(join(job, "ca.pem"), authority.ca);
    await nameserver();
    port = await service();
  }, 120_000);

  afterAll(() => {
    for (const close of closers) close();
    authority?.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  test("there is one program in it", () => {
    expect(readdirSync(join(rootfs, "usr/bin"))).toEqual(["assay"]);
    expect(readdirSync(rootfs).sort()).toEqual(
      ["dev", "etc", "lib", "lib64", "proc", "sys", "tmp", "usr"].filter((name) =>
        readdirSync(rootfs).includes(name),
      ),
    );
  });

  test("a script has names, HTTPS, SQLite, templates, temporary files", async () => {
    const script = `
      local client = http.client({ ca_cert_file = "/etc/job/ca.pem" })
      local res = client:get("https://${NAME}:${port}/")
      assert.eq(res.status, 200)
      assert.eq(res:json().status, "ok")
      local conn <close> = db.connect("sqlite:///tmp/data.db?mode=rwc")
      db.execute(conn, "create table t (n integer)")
      db.execute(conn, "insert into t values (?)", { 41 })
      local f <close> = io.tmpfile()
      f:write("written") f:seek("set")
      print(f:read("a"), db.query(conn, "select n + 1 as n from t")[1].n)
      print(template.render_string("{{ a | upper }}", { a = "x" }), type(require("assay.vault").client))
      print(pcall(io.open, "/written", "w"))
      print(#crypto.hash("x", "sha256"), regex.match("abc", "^a"))`;
    writeFileSync(join(job, "job.lua"), script);
    const r = await run("/etc/job/job.lua");
    expect(r.err).toBe("");
    expect(r.out).toBe(
      "written\t42\nX\tfunction\ntrue\tnil\t/written: Read-only file system\t30\n64\ttrue\n",
    );
    expect(r.code).toBe(0);
  });

  test("a certificate of an unknown authority is refused", async () => {
    writeFileSync(join(job, "bad.lua"), `http.get("https://${NAME}:${port}/")`);
    const r = await run("/etc/job/bad.lua");
    expect(r.err).toMatch(/certificate/);
    expect(r.code).toBe(1);
  });

  test("a file of checks", async () => {
    writeFileSync(join(job, "check.lua"), 'assert.eq(json.parse("[1]")[1], 1)\n');
    writeFileSync(
      join(job, "checks.yaml"),
      `retries: 0
checks:
  - name: port
    type: tcp
    host: ${NAME}
    port: ${port}
  - name: script
    type: script
    file: check.lua
`,
    );
    const r = await run("/etc/job/checks.yaml");
    expect(JSON.parse(r.out)).toMatchObject({ passed: true });
    expect(r.code).toBe(0);
  });

  test.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const)("process 1 ends on %s from the start, with %i", async (signal, code) => {
    // while it waits, while it computes, and without having come so far
    for (const source of ["print('up') sleep(60)", "print('up') io.flush() while true do end"]) {
      writeFileSync(join(job, "wait.lua"), source);
      const child = spawn("unshare", contained(["/etc/job/wait.lua"]), { stdio: "pipe" });
      const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
      if (source.includes("sleep"))
        await new Promise((resolve) => child.stdout.once("data", resolve));
      else await new Promise((resolve) => setTimeout(resolve, 400));
      const started = performance.now();
      spawnSync("pkill", [`-${signal.slice(3)}`, "-P", String(child.pid)]);
      expect(await ended).toBe(code);
      expect(performance.now() - started).toBeLessThan(3000);
    }
  });
});
