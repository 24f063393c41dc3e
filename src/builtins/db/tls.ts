/** How connections to database servers are secured: `sslmode`, certificates, and what a URL says of them. */
import { readFile } from "node:fs/promises";
import { bytesToBuffer, type Context, type LuaTable, osError } from "../../host";
import { environmentOf } from "../http/client";
import { HttpFault } from "../http/errors";
import { booleanOption, stringOption } from "../http/options";
import { checkCertificates, secureContext, splitPem, systemAuthorities } from "../http/tls";
import { DbFault } from "./errors";
import type { MysqlTls } from "./mysql-connection";
import type { PostgresTls } from "./pg-socket";
import { SSL_MODES, type SslMode } from "./url";

/** PEM texts. */
interface Pem {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** What the connection is secured with, by the options or else by what `take` finds in the URL. */
export async function readTls(
  ctx: Context,
  options: LuaTable,
  take: (...names: string[]) => string | undefined,
): Promise<{ mode: SslMode; pem: Pem }> {
  const files = {
    ca: stringOption(options, "ca_cert_file") ?? take("sslrootcert", "ssl-ca"),
    cert: stringOption(options, "client_cert_file") ?? take("sslcert", "ssl-cert"),
    key: stringOption(options, "client_key_file") ?? take("sslkey", "ssl-key"),
  };
  const pem = {
    ca: files.ca === "system" ? undefined : await readPem(ctx, "ca_cert", options, files.ca),
    cert: await readPem(ctx, "client_cert", options, files.cert),
    key: await readPem(ctx, "client_key", options, files.key),
  };
  const mode = sslMode(stringOption(options, "sslmode") ?? take("sslmode", "ssl-mode"), {
    hasCa: pem.ca !== undefined,
    wantsSystem: files.ca === "system",
    insecure: booleanOption(options, "insecure") ?? false,
  });
  return { mode, pem };
}

function isVerifying(mode: SslMode): boolean {
  return mode === "verify-ca" || mode === "verify-full";
}

/** Where the server may do without TLS. */
function isOptional(mode: SslMode): boolean {
  return mode === "prefer" || mode === "allow";
}

export function postgresTls(mode: SslMode, pem: Pem, ctx: Context): PostgresTls {
  return {
    isOptional: isOptional(mode),
    context: secureContext({ ...pem, insecure: !isVerifying(mode) }, environmentOf(ctx.host)),
    rejectUnauthorized: isVerifying(mode),
    checkName: mode === "verify-full",
  };
}

export function mysqlTls(mode: SslMode, { ca, cert, key }: Pem, ctx: Context): MysqlTls {
  return {
    isOptional: isOptional(mode),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(isVerifying(mode) && {
      ca: [...systemAuthorities(environmentOf(ctx.host)), ...splitPem(ca ?? "")],
    }),
    rejectUnauthorized: isVerifying(mode),
    verifyIdentity: mode === "verify-full",
  };
}

/** How MySQL's programs name the modes. */
const MYSQL_MODES: Readonly<Record<string, SslMode>> = {
  disabled: "disable",
  preferred: "prefer",
  required: "require",
  verify_ca: "verify-ca",
  verify_identity: "verify-full",
};

function sslMode(
  text: string | undefined,
  { hasCa, wantsSystem, insecure }: { hasCa: boolean; wantsSystem: boolean; insecure: boolean },
): SslMode {
  if (text === undefined) {
    if (insecure) return "require";
    // who names an authority wants it to be asked
    return hasCa || wantsSystem ? "verify-full" : "prefer";
  }
  const word = text.toLowerCase();
  const mode = MYSQL_MODES[word] ?? SSL_MODES.find((m) => m === word);
  if (mode === undefined)
    throw new DbFault(
      `error with configuration: unknown value ${JSON.stringify(text)} for \`sslmode\` (${SSL_MODES.join(", ")})`,
    );
  // as libpq does
  return mode === "require" && hasCa && !insecure ? "verify-ca" : mode;
}

/** PEM text given as option `name`, or read from a file. */
async function readPem(
  ctx: Context,
  name: string,
  options: LuaTable,
  file: string | undefined,
): Promise<string | undefined> {
  let text = stringOption(options, name);
  if (file !== undefined) {
    const read = await readFile(bytesToBuffer(ctx.readPath(file)), "latin1").catch((e: unknown) => {
      throw new DbFault(`failed to read ${name} file ${JSON.stringify(file)}: ${osError(e)}`);
    });
    text = text === undefined ? read : `${read}\n${text}`;
  }
  if (text !== undefined && name === "ca_cert") {
    try {
      checkCertificates(text);
    } catch (e) {
      throw e instanceof HttpFault ? new DbFault(`invalid CA cert PEM: ${e.message}`) : e;
    }
  }
  return text;
}
