/**
 * Plays an API server that insists on TLS: `node kube-tls-server.mjs FOLDER`. In the folder are its
 * certificate, the authority of its clients, and `valid`, the tokens that it knows now. It notes
 * requests in `seen`. `on-request.json` names files to write after the next request is judged. The port
 * is what it prints.
 */
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { join } from "node:path";

const dir = process.argv[2];
const read = (name) => readFileSync(join(dir, name), "utf8");

/** The user of a request, as an API server finds it out: certificate first, then token. */
function userOf(req) {
  const certificate = req.socket.getPeerCertificate();
  if (req.socket.authorized && certificate?.subject) return `cert:${certificate.subject.CN}`;
  const token = /^Bearer (.+)$/.exec(req.headers.authorization ?? "")?.[1];
  return token !== undefined && read("valid").split("\n").includes(token)
    ? `token:${token}`
    : undefined;
}

function rotate() {
  if (!existsSync(join(dir, "on-request.json"))) return;
  const files = JSON.parse(read("on-request.json"));
  rmSync(join(dir, "on-request.json"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
}

/** Each value of a header that may be repeated. */
function valuesOf(req, header) {
  const values = [];
  for (let i = 0; i < req.rawHeaders.length; i += 2)
    if (req.rawHeaders[i].toLowerCase() === header) values.push(req.rawHeaders[i + 1]);
  return values;
}

function note(req, user) {
  const as = req.headers["impersonate-user"];
  const groups = valuesOf(req, "impersonate-group").join(" and ");
  const words = [req.method, req.url, user ?? "anonymous"];
  if (as !== undefined) words.push(`as ${as} of ${groups}`);
  appendFileSync(join(dir, "seen"), `${words.join(" ")}\n`);
}

const server = createServer(
  {
    cert: read("server.pem"),
    key: read("server.key"),
    ca: read("ca.pem"),
    requestCert: true,
    rejectUnauthorized: false,
  },
  (req, res) => {
    const json = (status, body) =>
      res.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
    const status = (code, reason) =>
      json(code, { kind: "Status", status: "Failure", reason, code });
    const user = userOf(req);
    note(req, user);
    rotate();
    if (user === undefined) {
      status(401, "Unauthorized");
      return;
    }
    const { pathname, searchParams } = new URL(req.url, "https://server");
    if (pathname === "/version") json(200, { gitVersion: "v1.36.0" });
    else if (pathname.endsWith("/log")) {
      res.writeHead(200, { "Content-Type": "text/plain" }).write("one\ntwo\n");
      if (searchParams.get("follow") !== "true") res.end();
    } else if (searchParams.get("watch") === "true") {
      const object = { metadata: { name: "new", resourceVersion: "6" } };
      res.writeHead(200, { "Content-Type": "application/json" });
      res.write(`${JSON.stringify({ type: "ADDED", object })}\n`);
    } else if (pathname.endsWith("/pods"))
      json(200, { kind: "PodList", metadata: { resourceVersion: "5" }, items: [] });
    else status(404, "NotFound");
  },
);
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
