/** The options that are about TLS, for all that takes certificates: clients, servers, WebSockets. */
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { bytesToBuffer, bytesToUtf8, type Context, type LuaTable, osError } from "../../host";
import { HttpFault } from "./errors";
import { booleanOption, stringOption } from "./options";
import { checkCertificates, checkPair, type TlsOptions } from "./tls";

/** Those of an outgoing connection. */
export async function readTls(ctx: Context, options: LuaTable): Promise<TlsOptions> {
  const tls = {
    ca: await authorities(ctx, options),
    cert: await pemOption(ctx, options, "client_cert"),
    key: await pemOption(ctx, options, "client_key"),
    insecure: booleanOption(options, "insecure") ?? false,
    serverName: serverName(options),
  };
  if ((tls.cert === undefined) !== (tls.key === undefined))
    throw new HttpFault("client_cert and client_key belong together", "request");
  if (tls.cert !== undefined && tls.key !== undefined)
    checkPair({ cert: tls.cert, key: tls.key }, "client_cert", "client_key");
  return tls;
}

/** The name that certificates must have. Addresses are compared with the URL's only. */
function serverName(options: LuaTable): string | undefined {
  const name = stringOption(options, "tls_server_name");
  if (name === undefined) return undefined;
  const text = bytesToUtf8(name);
  if (text === "" || isIP(text) !== 0)
    throw new HttpFault("tls_server_name must be a host name", "request");
  return text;
}

/** The extra authorities, checked now so that a mistake shows where it was made. */
async function authorities(ctx: Context, options: LuaTable): Promise<string | undefined> {
  let pem = "";
  const file = stringOption(options, "ca_cert_file");
  if (file !== undefined) {
    const text = await readPem(ctx, file, "CA cert file ");
    checkPem(text, `invalid PEM in ${JSON.stringify(bytesToUtf8(file))}`);
    pem += `${text}\n`;
  }
  const text = stringOption(options, "ca_cert");
  // an empty text is none: `env.get("CA_CERT") or ""`
  if (text !== undefined && text !== "") {
    checkPem(text, "invalid CA cert PEM");
    pem += text;
  }
  return pem === "" ? undefined : pem;
}

function checkPem(text: string, message: string): void {
  try {
    checkCertificates(text);
  } catch (e) {
    throw e instanceof HttpFault ? new HttpFault(`${message}: ${e.message}`, "request") : e;
  }
}

/** PEM text under `key`, or read from the file named under `key_file`; `what` that is, in messages. */
export async function pemOption(
  ctx: Context,
  options: LuaTable,
  key: string,
  what = `${key} file `,
): Promise<string | undefined> {
  const file = stringOption(options, `${key}_file`);
  return file === undefined ? stringOption(options, key) : readPem(ctx, file, what);
}

function readPem(ctx: Context, file: string, what: string): Promise<string> {
  return readFile(bytesToBuffer(ctx.readPath(file)), "latin1").catch((e: unknown) => {
    const path = JSON.stringify(bytesToUtf8(file));
    throw new HttpFault(`failed to read ${what}${path}: ${osError(e)}`, "request");
  });
}
