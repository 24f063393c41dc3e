/** Unleash on PostgreSQL: `node unleash.mjs PORT FOLDER DATABASE_URL ADMIN_TOKEN`. */
import { start } from "unleash-server";

const [port, , database, secret] = process.argv.slice(2);
const db = new URL(database);
await start({
  db: {
    host: db.hostname,
    port: Number(db.port),
    user: db.username,
    password: db.password,
    database: db.pathname.slice(1),
    ssl: false,
  },
  server: { host: "127.0.0.1", port: Number(port) },
  authentication: {
    initApiTokens: [
      { tokenName: "admin", secret, type: "admin", environment: "*", projects: ["*"] },
    ],
  },
  versionCheck: { enable: false },
  telemetry: false,
});
