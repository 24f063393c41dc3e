/** The files of a check file as a ConfigMap, and how a volume lays them out again. */
import { readFileSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { osError } from "../../host/os-error";
import type { Check } from "../config";
import { filesOf } from "../files";
import { ManifestError } from "./error";

/** What one ConfigMap may hold. */
const MAX_BYTES = 1024 * 1024;
const MOUNT = "/checks";

export interface Bundle {
  readonly data: Record<string, string>;
  /** Base64. */
  readonly binaryData: Record<string, string>;
  /** For the volume; undefined when the keys are the paths already. */
  readonly items: { key: string; path: string }[] | undefined;
  readonly mountPath: string;
  /** The check file as the pod sees it. */
  readonly file: string;
  /** Its folder, which relative paths count from. */
  readonly directory: string;
  readonly warnings: string[];
}

/** `read` are the check file and those it includes; `more` are further files that scripts need. */
export function bundle(
  read: readonly string[],
  checks: readonly Check[],
  more: readonly string[],
): Bundle {
  const warnings: string[] = [];
  const home = resolve(dirname(read[0] as string));
  const wanted = new Map<string, string>();
  const want = (path: string, place: string) => wanted.set(place, path);
  for (const path of [...read, ...more]) want(path, resolve(path));
  for (const check of checks)
    for (const { name, path } of filesOf(check)) {
      const where = `check ${JSON.stringify(check.name)}: ${name}`;
      if (name.includes("${")) warnings.push(`${where} depends on a variable, and is not packed`);
      else if (name === check.options.kubeconfig)
        warnings.push(`${where} holds credentials, and is not packed: mount it from a Secret`);
      else if (isAbsolute(name))
        warnings.push(`${where} is an absolute path, and is not packed: the pod must have it`);
      // what is found in the working directory only stands next to the check file in the pod
      else want(path, resolve(check.directory, name));
    }
  const root = commonFolder([home, ...[...wanted.keys()].map((p) => dirname(p))]);
  const files = [...wanted].map(([place, path]) => ({ path, at: relative(root, place) }));
  const keys = keysOf(files.map((f) => f.at));
  const data: Record<string, string> = {};
  const binaryData: Record<string, string> = {};
  let size = 0;
  for (const [i, { path }] of files.entries()) {
    const bytes = readWhole(path);
    size += bytes.length;
    const text = textOf(bytes);
    if (text === undefined) binaryData[keys[i] as string] = bytes.toString("base64");
    else data[keys[i] as string] = text;
  }
  if (size > MAX_BYTES)
    throw new ManifestError(`the files have ${size} bytes, more than a ConfigMap holds (1 MiB)`);
  const plain = files.every((f, i) => f.at === keys[i]);
  return {
    data,
    binaryData,
    items: plain ? undefined : files.map((f, i) => ({ key: keys[i] as string, path: f.at })),
    mountPath: MOUNT,
    file: join(MOUNT, relative(root, home), basename(read[0] as string)),
    directory: join(MOUNT, relative(root, home)),
    warnings,
  };
}

function readWhole(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (e) {
    throw new ManifestError(`reading ${path}: ${osError(e)}`);
  }
}

/**
 * What YAML 1.1, which Kubernetes reads, has as it is: no control characters, no byte order mark, and
 * no line ends but one.
 */
const PLAIN =
  /^[\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]*$/u;

function textOf(bytes: Buffer): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return PLAIN.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

function commonFolder(folders: readonly string[]): string {
  const [first = [], ...rest] = folders.map((f) => f.split("/"));
  let n = first.length;
  for (const parts of rest) {
    let i = 0;
    while (i < n && parts[i] === first[i]) i++;
    n = i;
  }
  return first.slice(0, n).join("/") || "/";
}

/** Keys of a ConfigMap are letters, digits, `-`, `_` and `.`. */
function keysOf(paths: readonly string[]): string[] {
  const used = new Set<string>();
  return paths.map((path) => {
    const base = path.replace(/[^-._a-zA-Z0-9]/g, "_").slice(-200);
    let key = base;
    for (let n = 2; used.has(key) || key === "." || key === ".."; n++) key = `${base}-${n}`;
    used.add(key);
    return key;
  });
}
