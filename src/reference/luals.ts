/** Definition files for the Lua language server, so that editors complete and check scripts. */

import { bytesToUtf8 } from "../host/bytes";
import { luaLsBuiltin, luaLsHandle } from "../host/describe";
import { embeddedModules } from "../stdlib";
import { builtinDefinitions, handlesOf, resolveAlias } from "./entries";
import { type LuaFunctionDoc, type LuaModuleDoc, readLuaModule } from "./lua-comments";

const HEAD = "-- Written by scripts/generate-types.ts from the declarations in src/ and stdlib/.";
/** What the language server knows already. */
const STANDARD = new Set(["os", "string"]);
/** What every client of a module has besides its own methods, see stdlib/internal/client.lua. */
const BASE = "assay.client";

/** The files by path below `types/`. */
export function luaLsFiles(): Map<string, string> {
  const modules = publicModules();
  const parts = [
    `---@meta\n${HEAD}\n`,
    ...builtinDefinitions().flatMap((b) => [
      ...handlesOf(b.name).map(luaLsHandle),
      luaLsBuiltin(b, STANDARD.has(b.name)),
    ]),
    baseClass(),
    ...modules.map(([name, doc]) => moduleClasses(name, doc)),
  ];
  const files = new Map([["assay.lua", `${parts.join("\n").trimEnd()}\n`]]);
  // the server finds what `require` returns by the path
  for (const [name] of modules) {
    const file = `${name.replaceAll(".", "/")}.lua`;
    files.set(file, `---@meta ${name}\n${HEAD}\n\n---@type ${name}\nlocal M\nreturn M\n`);
  }
  return files;
}

function publicModules(): [string, LuaModuleDoc][] {
  return Object.entries(embeddedModules())
    .filter(([name]) => !name.startsWith("internal."))
    .map(([name, text]) => [`assay.${name}`, readLuaModule(bytesToUtf8(text))]);
}

function baseClass(): string {
  const text = embeddedModules()["internal.client"] as string;
  const { methods } = readLuaModule(bytesToUtf8(text));
  const own = methods.filter((m) => m.name !== "new");
  return classText(BASE, "A client of one of the modules.", [], own, []);
}

function moduleClasses(name: string, doc: LuaModuleDoc): string {
  if (doc.aliasOf !== undefined) {
    const { description } = doc;
    return `---${description}\n---@class ${name}: ${doc.aliasOf}\n`;
  }
  const { functions, methods, mirrored, description } = resolveAlias(doc);
  const names = new Set(functions.map((f) => f.name));
  const more = mirrored
    ? methods
        .filter((m) => !names.has(m.name))
        .map((m) => ({ ...m, params: ["target", ...m.params] }))
    : [];
  const client = `${name}.Client`;
  const made = methods.length === 0 ? undefined : client;
  const parts = [classText(name, description, [...functions, ...more], [], [], made)];
  if (methods.length > 0)
    parts.unshift(classText(client, `A client of ${name}.`, [], methods, [BASE]));
  return parts.join("\n");
}

function classText(
  name: string,
  doc: string,
  functions: readonly LuaFunctionDoc[],
  methods: readonly LuaFunctionDoc[],
  bases: readonly string[],
  made?: string,
): string {
  const variable = name.replaceAll(".", "_");
  const lines = [`---${doc}`, `---@class ${[name, bases.join(", ")].filter(Boolean).join(": ")}`];
  lines.push(`local ${variable} = {}`, "");
  for (const f of functions) lines.push(...declaration(`${variable}.${f.name}`, f, made), "");
  for (const f of methods) lines.push(...declaration(`${variable}:${f.name}`, f), "");
  return lines.join("\n");
}

/** The types of values are not declared in Lua: options at the end are tables, the rest anything. */
function declaration(name: string, f: LuaFunctionDoc, made?: string): string[] {
  const lines = f.doc === "" ? [] : [`---${f.doc}`];
  for (const q of f.params)
    lines.push(
      /^(?:opts|options)$/.test(q)
        ? `---@param ${q}? table`
        : `---@param ${q}${q === "..." ? "" : "?"} any`,
    );
  lines.push(`---@return ${/^client(?:_from_\w+)?$/.test(f.name) && made ? made : "any"}`);
  lines.push(`function ${name}(${f.params.join(", ")}) end`);
  return lines;
}
