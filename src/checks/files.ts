/** The files that checks use, besides the check files themselves: for `--watch` and manifests. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Check } from "./config";
import { checkFile } from "./paths";

/** A file as the check names it, and where it is; it need not exist. */
export interface UsedFile {
  readonly name: string;
  readonly path: string;
}

/** Scripts, with the modules that they require, certificates and kubeconfigs. */
export function filesOf(check: Check): UsedFile[] {
  const { file, ca, kubeconfig } = check.options;
  const found: UsedFile[] = [];
  for (const name of [file, ca, kubeconfig])
    if (typeof name === "string") found.push({ name, path: checkFile(name, check.directory) });
  if (typeof file === "string") found.push(...modulesOf(checkFile(file, check.directory), check));
  return found;
}

const REQUIRE = /\brequire\s*\(?\s*["']([\w-]+(?:\.[\w-]+)*)["']/g;

/** Lua files next to the check file or in the working directory that are required by name. */
function modulesOf(script: string, check: Check): UsedFile[] {
  const found = new Map<string, UsedFile>();
  const open = [script];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    for (const [, module = ""] of sourceOf(path).matchAll(REQUIRE)) {
      const base = module.replaceAll(".", "/");
      for (const name of [`${base}.lua`, `${base}/init.lua`]) {
        const place = ["", check.directory].map((d) => join(d, name)).find(isFile);
        if (place === undefined || found.has(name)) continue;
        found.set(name, { name, path: place });
        open.push(place);
      }
    }
  }
  return [...found.values()];
}

/** Embedded modules that a script requires by name. */
export function requires(script: string, module: string): boolean {
  return [...sourceOf(script).matchAll(REQUIRE)].some((m) => m[1] === module);
}

function sourceOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
