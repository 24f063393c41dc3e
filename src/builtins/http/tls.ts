/**
 * Trust for outgoing TLS: the system's certificate authorities, and those that the caller gave on top.
 */
import { createPrivateKey } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import tls from "node:tls";
import { HttpFault } from "./errors";
import type { Environment } from "./proxy";

/** What a client may say about TLS. PEM texts may hold several certificates. */
export interface TlsOptions {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Certificates are not checked at all. */
  readonly insecure: boolean;
  /** The name that the server's certificate must have, instead of the one in the URL. */
  readonly serverName?: string | undefined;
}

/** Where distributions keep their bundle. */
const BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt", // Debian, Alpine
  "/etc/pki/tls/certs/ca-bundle.crt", // Fedora
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/ca-bundle.pem", // SUSE
  "/etc/ssl/cert.pem",
];

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** The certificates of a PEM text, in order. */
export function splitPem(text: string): string[] {
  return text.match(CERTIFICATE) ?? [];
}

function certificatesOf(file: string): string[] {
  try {
    return splitPem(readFileSync(file, "latin1"));
  } catch {
    return [];
  }
}

const systemCache = new Map<string, string[]>();

/**
 * The system's authorities: `SSL_CERT_FILE` and `SSL_CERT_DIR` when one is set, else the
 * distribution's bundle, else (an image without one) the bundle that is built in.
 */
export function systemAuthorities(env: Environment): string[] {
  const file = env("SSL_CERT_FILE") ?? "";
  const dir = env("SSL_CERT_DIR") ?? "";
  const key = `${file}\0${dir}`;
  let found = systemCache.get(key);
  if (found === undefined) {
    found = file !== "" || dir !== "" ? fromEnvironment(file, dir) : fromDistribution();
    systemCache.set(key, found);
  }
  return found;
}

function fromEnvironment(file: string, dirs: string): string[] {
  const found = file === "" ? [] : certificatesOf(file);
  for (const dir of dirs.split(":")) {
    if (dir === "") continue;
    let names: string[] = [];
    try {
      names = readdirSync(dir);
    } catch {}
    for (const name of names) found.push(...certificatesOf(`${dir}/${name}`));
  }
  return [...new Set(found)];
}

function fromDistribution(): string[] {
  for (const file of BUNDLES) {
    const found = certificatesOf(file);
    if (found.length > 0) return found;
  }
  return [...tls.rootCertificates];
}

/** Fails with what is wrong with a PEM text of certificates. */
export function checkCertificates(pem: string): void {
  const found = splitPem(pem);
  if (found.length === 0) throw new HttpFault("no certificate found in the PEM text", "request");
  try {
    tls.createSecureContext({ ca: found });
  } catch {
    throw new HttpFault("not a valid X.509 certificate", "request");
  }
}

/** Fails with what is wrong with a certificate and its key, each called by its option's name. */
export function checkPair(
  pair: { readonly cert: string; readonly key: string },
  certName: string,
  keyName: string,
): void {
  const invalid = (name: string, cause: string) =>
    new HttpFault(`invalid ${name}: ${cause}`, "request");
  try {
    checkCertificates(pair.cert);
  } catch (e) {
    throw e instanceof HttpFault ? invalid(certName, e.message) : e;
  }
  try {
    createPrivateKey(pair.key);
  } catch {
    throw invalid(keyName, "not a private key in PEM form");
  }
  try {
    tls.createSecureContext(pair);
  } catch {
    throw invalid(keyName, "it does not belong to the certificate");
  }
}

/**
 * The TLS context of a client, made once: reading 150 certificates for each connection would cost
 * milliseconds. Giving `ca` replaces the defaults, so the system's are always passed along.
 */
export function secureContext(options: TlsOptions, env: Environment): tls.SecureContext {
  const extra = options.ca === undefined ? [] : splitPem(options.ca);
  const ca = options.insecure ? extra : [...systemAuthorities(env), ...extra];
  try {
    return tls.createSecureContext({ ca, cert: options.cert, key: options.key });
  } catch (e) {
    const cause = e instanceof Error ? e.message : String(e);
    throw new HttpFault(`invalid TLS options: ${cause}`, "request");
  }
}
