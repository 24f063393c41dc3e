/**
 * In front of an S3 server that checks no signatures: `node signed.mjs PORT FOLDER BACKEND KEYS`, with
 * the backend's URL and a JSON list of { access_key, secret_key, session_token }. Every request must
 * carry the signature that AWS's own signer computes for it; only then it is passed on as it came.
 */
import { createHash } from "node:crypto";
import { createServer, request } from "node:http";
import { Sha256 } from "@aws-crypto/sha256-js";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";

const [port, , backend, keys] = process.argv.slice(2);
const users = new Map(JSON.parse(keys).map((k) => [k.access_key, k]));

class Refused extends Error {}

const encode = (text) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** A path as the server would write it, whatever the client escaped. */
const canonicalPath = (path) =>
  path
    .split("/")
    .map((part) => encode(decodeURIComponent(part)))
    .join("/");

function fieldsOf(search) {
  const fields = {};
  for (const pair of search.split("&").filter(Boolean)) {
    // not URLSearchParams: a plus is a plus
    const [name, value = ""] = pair.split("=").map(decodeURIComponent);
    fields[name] = value;
  }
  return fields;
}

function dateOf(text) {
  const m = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? "");
  if (m === null) throw new Refused("AccessDenied");
  const date = new Date(`${m[1]}-${m[2]}-${m[3]}T${m[4]}:${m[5]}:${m[6]}Z`);
  if (Math.abs(date - Date.now()) > 15 * 60_000) throw new Refused("RequestTimeTooSkewed");
  return date;
}

function signerFor(credential, token) {
  const [key, , region, service] = credential.split("/");
  const user = users.get(key);
  if (user === undefined) throw new Refused("InvalidAccessKeyId");
  if ((user.session_token ?? "") !== (token ?? "")) throw new Refused("InvalidToken");
  return new SignatureV4({
    service,
    region,
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: false,
    credentials: {
      accessKeyId: key,
      secretAccessKey: user.secret_key,
      ...(token && { sessionToken: token }),
    },
  });
}

/** The request with the headers that its signature covers. */
function signedPart(req, names, query) {
  const [path] = req.url.split("?");
  const headers = Object.fromEntries(names.map((name) => [name, req.headers[name] ?? ""]));
  return new HttpRequest({
    method: req.method,
    protocol: "http:",
    hostname: req.headers.host,
    path: canonicalPath(path),
    query,
    headers,
  });
}

async function expectedInHeader(req, body, query) {
  const m = /^AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=(\w+)$/.exec(
    req.headers.authorization,
  );
  if (m === null) throw new Refused("AuthorizationHeaderMalformed");
  const [, credential, names, signature] = m;
  const sent = req.headers["x-amz-content-sha256"];
  if (sent !== createHash("sha256").update(body).digest("hex"))
    throw new Refused("XAmzContentSHA256Mismatch");
  for (const name of Object.keys(req.headers))
    if ((name === "host" || name.startsWith("x-amz-")) && !names.split(";").includes(name))
      throw new Refused(`AccessDenied: ${name} is not signed`);
  const signer = signerFor(credential, req.headers["x-amz-security-token"]);
  const part = signedPart(req, names.split(";"), query);
  const result = await signer.sign(part, { signingDate: dateOf(req.headers["x-amz-date"]) });
  return [signature, /Signature=(\w+)$/.exec(result.headers.authorization)?.[1]];
}

async function expectedInQuery(req, query) {
  const { "X-Amz-Signature": signature, ...rest } = query;
  const signer = signerFor(rest["X-Amz-Credential"], rest["X-Amz-Security-Token"]);
  const names = rest["X-Amz-SignedHeaders"].split(";");
  for (const name of Object.keys(rest)) {
    if (/^X-Amz-(Algorithm|Credential|Date|Expires|SignedHeaders|Security-Token)$/.test(name))
      delete rest[name];
  }
  const part = signedPart(req, names, rest);
  part.headers["x-amz-content-sha256"] = "UNSIGNED-PAYLOAD";
  const result = await signer.presign(part, {
    signingDate: dateOf(query["X-Amz-Date"]),
    expiresIn: Number(query["X-Amz-Expires"]),
    unsignableHeaders: new Set(["x-amz-content-sha256"]),
    unhoistableHeaders: new Set(["x-amz-content-sha256", ...names]),
  });
  return [signature, result.query["X-Amz-Signature"]];
}

async function check(req, body) {
  const query = fieldsOf(req.url.split("?")[1] ?? "");
  const [signature, expected] =
    query["X-Amz-Signature"] === undefined
      ? await expectedInHeader(req, body, query)
      : await expectedInQuery(req, query);
  if (signature !== expected) throw new Refused("SignatureDoesNotMatch");
}

createServer((req, res) => {
  // as a proxy, for hosts that no resolver knows
  req.url = req.url.replace(/^http:\/\/[^/]+/, "");
  const chunks = [];
  req.on("data", (chunk) => chunks.push(chunk));
  req.on("end", async () => {
    const body = Buffer.concat(chunks);
    try {
      await check(req, body);
    } catch (e) {
      if (!(e instanceof Refused)) console.error(e);
      res.writeHead(403, { "Content-Type": "application/xml" });
      res.end(`<Error><Code>${e.message}</Code></Error>`);
      return;
    }
    const passed = request(
      backend + req.url,
      { method: req.method, headers: req.headers },
      (answer) => {
        res.writeHead(answer.statusCode, answer.rawHeaders);
        answer.pipe(res);
      },
    );
    passed.on("error", (e) => res.destroy(e));
    passed.end(body);
  });
}).listen(Number(port), "127.0.0.1");
