/** `assay modules [NAME]`: what scripts can use. */
import { readdirSync, readFileSync } from "node:fs";
import { version } from "../../package.json";
import { bytesToUtf8 } from "../host/bytes";
import type { FunctionDescription } from "../host/describe";
import { toBytes } from "../lualib/bytes";
import { writeStdout } from "../lualib/io-output";
import { builtinEntries, type Entry, embeddedEntries, moduleEntry } from "../reference/entries";
import { end, fail } from "./exit";
import { moduleFolders } from "./modules";

const LINE = 100;

/** Prints the list, or the functions of one entry; `json` for tools. Ends the process. */
export function listModules(
  name: string | undefined,
  { json = false }: { json?: boolean },
): Promise<never> {
  const entries = allEntries();
  if (name === undefined)
    print(json ? toJson({ version, modules: entries.map(summary) }) : table(entries));
  else {
    const entry = find(entries, bytesToUtf8(name));
    print(json ? toJson({ ...summary(entry), functions: entry.functions() }) : page(entry));
  }
  return end(0);
}

/** One's own modules come first and hide those of the same name. */
function allEntries(): Entry[] {
  const { project, global } = moduleFolders();
  const modules = new Map<string, Entry>();
  const found = [...folderEntries(project, "project"), ...folderEntries(global, "global")];
  for (const e of [...found, ...embeddedEntries()])
    if (!modules.has(e.name)) modules.set(e.name, e);
  return [...builtinEntries(), ...[...modules.values()].sort((a, b) => (a.name < b.name ? -1 : 1))];
}

function folderEntries(folders: readonly string[], source: Entry["source"]): Entry[] {
  return folders.map(bytesToUtf8).flatMap((folder) =>
    luaFiles(folder).flatMap((file) => {
      const name = file.replace(/(?:\/init)?\.lua$/, "").replaceAll("/", ".");
      const text = attempt(() => readFileSync(`${folder}/${file}`, "latin1"));
      return text === undefined ? [] : [moduleEntry(`assay.${name}`, text, source)];
    }),
  );
}

/** Paths of the Lua files in a folder and below; what can't be read is passed over. */
function luaFiles(folder: string, below = ""): string[] {
  const entries = attempt(() => readdirSync(`${folder}/${below}`, { withFileTypes: true })) ?? [];
  return entries.flatMap((e) => {
    if (e.isDirectory()) return luaFiles(folder, `${below}${e.name}/`);
    return e.name.endsWith(".lua") ? [below + e.name] : [];
  });
}

function attempt<T>(f: () => T): T | undefined {
  try {
    return f();
  } catch {
    return undefined;
  }
}

/** `vault` is found for `assay.vault`. */
function find(entries: readonly Entry[], name: string): Entry {
  const found = [name, `assay.${name}`].flatMap((n) => entries.filter((e) => e.name === n))[0];
  return found ?? fail(toBytes(`no builtin or module is called '${name}' (see assay modules)`));
}

function summary({ name, kind, source, description }: Entry) {
  return { name, kind, source, description };
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function table(entries: readonly Entry[]): string {
  const width = Math.max(...entries.map((e) => e.name.length));
  const row = (name: string, source: string, description: string) =>
    `${name.padEnd(width)}  ${source.padEnd(7)}  ${description}`.trimEnd();
  const rows = entries.map((e) => row(e.name, e.source, e.description));
  return `${[row("MODULE", "SOURCE", "DESCRIPTION"), ...rows].join("\n")}\n`;
}

function page(entry: Entry): string {
  const how = entry.kind === "module" ? `\n\n    local m = require("${entry.name}")` : "";
  const head = `${entry.name}: ${entry.description}${how}\n`;
  return [head, ...entry.functions().map(functionText)].join("\n");
}

function functionText({ signature, returns, doc }: FunctionDescription): string {
  const result = returns === "" ? "" : ` -> ${returns}`;
  return `${signature}${result}\n${wrap(doc, "    ")}`;
}

/** Text in lines of at most LINE characters, each after `indent`. */
function wrap(text: string, indent: string): string {
  let out = "";
  let line = indent;
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (line !== indent && line.length + 1 + word.length > LINE) {
      out += `${line}\n`;
      line = indent;
    }
    line += line === indent ? word : ` ${word}`;
  }
  return line === indent ? out : `${out}${line}\n`;
}

function print(text: string): void {
  writeStdout(toBytes(text));
}
