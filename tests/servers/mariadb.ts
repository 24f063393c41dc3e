/** A real MariaDB server for tests, when its programs are installed. */
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

const FOLDERS = ["/usr/sbin", "/usr/local/sbin", "/usr/libexec"];
const PASSWORD = "maria-secret-word";

/** The server's program, if there is one (with the script that makes its files). */
export function findMariadb(): string | undefined {
  return findProgram("mariadb-install-db") && findProgram("mariadbd", FOLDERS);
}

interface MariadbOptions {
  readonly tls?: ServerTls;
}

/** Starts a server on a free port of the loopback, with password authentication. */
export async function startMariadb(options: MariadbOptions = {}): Promise<DatabaseServer> {
  const mariadbd = findMariadb();
  const install = findProgram("mariadb-install-db");
  if (mariadbd === undefined || install === undefined) throw new Error("MariaDB is not installed");
  const account = serverAccount("mysql");
  const dir = scratchFolder("assay-maria-", account);
  const port = await freePort();
  const put = (name: string, text: string) => putFile(`${dir}/${name}`, text, account);
  const extra: string[] = [];
  try {
    runProgram(
      install,
      [
        ...["--no-defaults", `--datadir=${dir}/data`, "--auth-root-authentication-method=normal"],
        ...["--skip-test-db", "--skip-name-resolve"],
      ],
      account,
    );
    put(
      "init.sql",
      `CREATE DATABASE IF NOT EXISTS assay;
CREATE USER IF NOT EXISTS assay@'%' IDENTIFIED BY '${PASSWORD}';
GRANT ALL ON *.* TO assay@'%';
`,
    );
    if (options.tls !== undefined) {
      put("server.crt", options.tls.cert);
      put("server.key", options.tls.key);
      extra.push(`--ssl-cert=${dir}/server.crt`, `--ssl-key=${dir}/server.key`);
    }
  } catch (e) {
    removeFolder(dir);
    throw e;
  }
  const args = [
    ...["--no-defaults", `--datadir=${dir}/data`, `--socket=${dir}/s.sock`, `--port=${port}`],
    ...["--bind-address=127.0.0.1", `--init-file=${dir}/init.sql`, `--pid-file=${dir}/pid`],
    ...["--innodb-flush-log-at-trx-commit=0", "--skip-log-bin", "--skip-name-resolve"],
    ...["--character-set-server=utf8mb4", "--default-time-zone=+05:00", ...extra],
  ];
  const server = new ServerProcess(mariadbd, args, account, () => greets(port));
  await server.start();
  const version = /[\d.]+-MariaDB/.exec(
    runProgram(mariadbd, ["--no-defaults", "--version"], account),
  );
  return {
    name: `MariaDB ${version?.[0].replace("-MariaDB", "") ?? ""}`,
    url: `mariadb://assay:${PASSWORD}@127.0.0.1:${port}/assay`,
    port,
    password: PASSWORD,
    kill: () => server.stop("SIGKILL"),
    restart: () => server.start(),
    async stop() {
      await server.stop("SIGTERM");
      removeFolder(dir);
    },
  };
}

/** True once the server sends its greeting. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    const end = (ready: boolean) => {
      socket.destroy();
      resolve(ready);
    };
    socket.once("error", () => end(false));
    socket.once("close", () => end(false));
    socket.once("data", (d) => end(d[4] === 10)); // protocol version, not an error packet
  });
}
