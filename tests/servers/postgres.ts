/** A real PostgreSQL server for tests, when its programs are installed. */
import { createConnection } from "node:net";
import { freePort } from "../builtins/http-peers";
import {
  type DatabaseServer,
  findProgram,
  putFile,
  removeFolder,
  runProgram,
  ServerProcess,
  type ServerTls,
  scratchFolder,
  serverAccount,
} from "./server";

const FOLDERS = ["/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin"];
const PASSWORD = "pg-secret-word";

/** The server's program, if there is one (with `initdb`, which makes its files). */
export function findPostgres(): string | undefined {
  return findProgram("initdb", FOLDERS) && findProgram("postgres", FOLDERS);
}

interface PostgresOptions {
  readonly tls?: ServerTls;
}

/** Starts a server on a free port of the loopback, with password authentication. */
export async function startPostgres(options: PostgresOptions = {}): Promise<DatabaseServer> {
  const postgres = findPostgres();
  const initdb = findProgram("initdb", FOLDERS);
  if (postgres === undefined || initdb === undefined)
    throw new Error("PostgreSQL is not installed");
  const account = serverAccount("postgres");
  const dir = scratchFolder("assay-pg-", account);
  const data = `${dir}/data`;
  const port = await freePort();
  const config = [
    `listen_addresses=127.0.0.1`,
    `port=${port}`,
    `unix_socket_directories=${dir}`,
    "fsync=off",
    "max_connections=40",
    "timezone=America/New_York",
  ];
  const { tls } = options;
  try {
    const passwordFile = `${dir}/password`;
    putFile(passwordFile, PASSWORD, account);
    runProgram(
      initdb,
      [
        ...["-D", data, "-U", "assay", "-A", "scram-sha-256", "--pwfile", passwordFile],
        ...["-E", "UTF8", "--locale=C", "--no-sync"],
      ],
      account,
    );
    if (tls !== undefined) {
      putFile(`${dir}/server.crt`, tls.cert, account);
      putFile(`${dir}/server.key`, tls.key, account);
      config.push("ssl=on", `ssl_cert_file=${dir}/server.crt`, `ssl_key_file=${dir}/server.key`);
    }
  } catch (e) {
    removeFolder(dir);
    throw e;
  }
  const args = ["-D", data, ...config.flatMap((c) => ["-c", c])];
  const server = new ServerProcess(postgres, args, account, () => answers(port));
  await server.start();
  const version = runProgram(postgres, ["--version"], account).trim();
  return {
    name: `PostgreSQL ${/[\d.]+/.exec(version)?.[0] ?? ""}`,
    url: `postgres://assay:${PASSWORD}@127.0.0.1:${port}/postgres`,
    port,
    password: PASSWORD,
    kill: () => server.stop("SIGQUIT"),
    restart: () => server.start(),
    async stop() {
      await server.stop("SIGQUIT");
      removeFolder(dir);
    },
  };
}

/** True once a start-up message gets an answer other than "the database is starting up". */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    const end = (ready: boolean) => {
      socket.destroy();
      resolve(ready);
    };
    socket.once("error", () => end(false));
    socket.once("close", () => end(false));
    socket.once("connect", () => {
      const text = Buffer.from("user\0assay\0\0");
      const head = Buffer.alloc(8);
      head.writeInt32BE(8 + text.length, 0);
      head.writeInt32BE(196_608, 4);
      socket.write(Buffer.concat([head, text]));
    });
    socket.once("data", (d) => end(d[0] === 0x52)); // an authentication request
  });
}
