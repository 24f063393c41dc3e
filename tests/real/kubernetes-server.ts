/**
 * A kube-apiserver with etcd behind it, TLS of an own authority, client certificates, RBAC. No
 * controllers and no nodes: tests write the status that those would write.
 *
 * Debian packages etcd, but of Kubernetes only the client; scripts/build-kube-apiserver.sh builds the
 * server from Debian's source package and leaves it in the folder below.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Authority, makeAuthority } from "../builtins/http-peers";
import { findProgram } from "../servers/server";
import { freePort, listens, type RealServer, startProgram } from "./real";

const BUILT = process.env["ASSAY_REAL_PROGRAMS"] ?? join(homedir(), ".cache", "assay-real");

/** Why there is no API server here; undefined when there is. */
export function missingKubernetes(): string | undefined {
  const missing = ["etcd", "kube-apiserver"].filter((p) => findProgram(p, [BUILT]) === undefined);
  return missing.length === 0 ? undefined : `${missing.join(", ")} not installed`;
}

export interface Cluster {
  readonly url: string;
  readonly authority: Authority;
  /** Tokens of a member of system:masters and of a user without rights. */
  readonly tokens: { readonly admin: string; readonly nobody: string };
  /** A folder as pods have it: token, ca.crt, namespace. */
  readonly serviceAccount: string;
  stop(): Promise<void>;
}

/** Whether the server says over TLS that it is ready. */
function isReady(port: number, caFile: string, token: string): boolean {
  try {
    const curl = ["-sf", "--cacert", caFile, "-H", `Authorization: Bearer ${token}`];
    execFileSync("curl", [...curl, `https://127.0.0.1:${port}/readyz`], { stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
}

/** Servers before 1.24 also listen without TLS unless they are told not to; later ones refuse the option. */
function onlyTls(file: string): string[] {
  const help = execFileSync(file, ["--help"], { encoding: "utf8", maxBuffer: 2 ** 24 });
  return help.includes("--insecure-port") ? ["--insecure-port=0"] : [];
}

export async function startCluster(): Promise<Cluster> {
  const authority = makeAuthority();
  authority.issue("server", "IP:127.0.0.1,DNS:localhost,DNS:kubernetes.default.svc");
  const file = (name: string) => join(authority.dir, name);
  execFileSync("openssl", ["genrsa", "-out", file("sa.key"), "2048"], { stdio: "pipe" });
  const tokens = { admin: "admin-token", nobody: "nobody-token" };
  writeFileSync(
    file("tokens.csv"),
    `${tokens.admin},admin,1,"system:masters"\n${tokens.nobody},nobody,2\n`,
  );
  const peer = await freePort();
  const servers: RealServer[] = [];
  const stop = async () => {
    for (const server of servers.reverse()) await server.stop();
    authority.remove();
  };
  try {
    const etcd = await startProgram({
      file: findProgram("etcd", [BUILT]) as string,
      args: (dir, port) => [
        ...[`--data-dir=${dir}/etcd`, `--unsafe-no-fsync`],
        ...[`--listen-client-urls=http://127.0.0.1:${port}`],
        ...[`--advertise-client-urls=http://127.0.0.1:${port}`],
        ...[`--listen-peer-urls=http://127.0.0.1:${peer}`],
        ...[`--initial-advertise-peer-urls=http://127.0.0.1:${peer}`],
        ...[`--initial-cluster=default=http://127.0.0.1:${peer}`],
      ],
    });
    servers.push(etcd);
    const server = findProgram("kube-apiserver", [BUILT]) as string;
    const tlsOnly = onlyTls(server);
    const api = await startProgram({
      file: server,
      args: (dir, port) => [
        ...[`--etcd-servers=${etcd.url}`, `--cert-dir=${dir}`],
        ...["--bind-address=127.0.0.1", `--secure-port=${port}`, ...tlsOnly],
        // servers of today publish no loopback address, and nobody asks for it here
        ...["--advertise-address=127.0.0.1", "--endpoint-reconciler-type=none"],
        "--service-cluster-ip-range=10.0.0.0/24",
        ...[
          `--tls-cert-file=${file("server.pem")}`,
          `--tls-private-key-file=${file("server.key")}`,
        ],
        ...[`--client-ca-file=${authority.caFile}`, `--token-auth-file=${file("tokens.csv")}`],
        ...[
          "--service-account-issuer=https://kubernetes.default.svc",
          `--service-account-key-file=${file("sa.key")}`,
          `--service-account-signing-key-file=${file("sa.key")}`,
        ],
        "--authorization-mode=RBAC",
        // nobody makes the default service accounts
        "--disable-admission-plugins=ServiceAccount",
      ],
      isReady: async (_, port) =>
        (await listens(port)) && isReady(port, authority.caFile, tokens.admin),
    });
    servers.push(api);
    const serviceAccount = join(api.dir, "service-account");
    execFileSync("mkdir", [serviceAccount]);
    writeFileSync(join(serviceAccount, "ca.crt"), authority.ca);
    writeFileSync(join(serviceAccount, "namespace"), "default");
    return { url: `https://127.0.0.1:${api.port}`, authority, tokens, serviceAccount, stop };
  } catch (e) {
    await stop();
    throw e;
  }
}
