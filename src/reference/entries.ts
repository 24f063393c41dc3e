/** What scripts can use: builtins and modules, described from their own sources. */
import { builtins } from "../builtins/index.generated";
import { bytesToUtf8 } from "../host/bytes";
import type { BuiltinDefinition } from "../host/define";
import { describeBuiltin, describeHandle, type FunctionDescription } from "../host/describe";
import { type HandleClass, handleClasses } from "../host/handle";
import { embeddedModules } from "../stdlib";
import { type LuaFunctionDoc, type LuaModuleDoc, readLuaModule } from "./lua-comments";

export interface Entry {
  /** `http`; `assay.vault` for what is `require`d */
  readonly name: string;
  readonly kind: "builtin" | "module";
  /** Where it comes from: the program, the project's `./modules`, or the user's folder. */
  readonly source: "builtin" | "project" | "global";
  readonly description: string;
  functions(): FunctionDescription[];
}

/** Builtins by name; those declared in several files as one. */
export function builtinDefinitions(): BuiltinDefinition[] {
  const byName = new Map<string, BuiltinDefinition>();
  for (const b of builtins) {
    const before = byName.get(b.name);
    byName.set(
      b.name,
      before === undefined
        ? b
        : {
            ...before,
            functions: { ...before.functions, ...b.functions },
            fields: { ...before.fields, ...b.fields },
          },
    );
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The handle classes of a builtin: `http.client` of `http`. */
export function handlesOf(builtin: string): HandleClass<never>[] {
  return handleClasses.filter((c) => c.name === builtin || c.name.startsWith(`${builtin}.`));
}

/** All builtins, sorted. */
export function builtinEntries(): Entry[] {
  return builtinDefinitions().map((b) => ({
    name: b.name,
    kind: "builtin",
    source: "builtin",
    description: b.doc,
    functions: () => [
      ...describeBuiltin(b).filter((f) => !/[.:]_/.test(f.name)),
      ...handlesOf(b.name).flatMap(describeHandle),
    ],
  }));
}

/** The modules inside the program, without those that only serve others. */
export function embeddedEntries(): Entry[] {
  return Object.entries(embeddedModules())
    .filter(([name]) => !name.startsWith("internal."))
    .map(([name, text]) => moduleEntry(`assay.${name}`, text, "builtin"));
}

/** A module as an entry; `text` is its source as a byte string. */
export function moduleEntry(name: string, text: string, source: Entry["source"]): Entry {
  const doc = readLuaModule(bytesToUtf8(text));
  const functions = () => moduleFunctions(name, resolveAlias(doc));
  return { name, kind: "module", source, description: doc.description, functions };
}

/** The documentation of a module with its parts; of the other one when it only hands that on. */
export function resolveAlias(doc: LuaModuleDoc): LuaModuleDoc {
  const other = docOf(doc.aliasOf?.replace(/^assay\./, ""));
  if (other !== undefined) return resolveAlias(other);
  const parts = doc.parts.flatMap((name) => docOf(name) ?? []);
  return {
    ...doc,
    functions: [doc, ...parts].flatMap((part) => part.functions),
    methods: [doc, ...parts].flatMap((part) => part.methods),
  };
}

function docOf(name: string | undefined): LuaModuleDoc | undefined {
  const text = name === undefined ? undefined : embeddedModules()[name];
  return text === undefined ? undefined : readLuaModule(bytesToUtf8(text));
}

function moduleFunctions(name: string, doc: LuaModuleDoc): FunctionDescription[] {
  const short = name.slice(name.lastIndexOf(".") + 1);
  const described = (prefix: string, { name, params, doc }: LuaFunctionDoc) => ({
    name: `${prefix}${name}`,
    signature: `${prefix}${name}(${params.join(", ")})`,
    doc,
    returns: "",
  });
  const own = new Set(doc.functions.map((f) => f.name));
  const mirrored = doc.mirrored ? doc.methods.filter((m) => !own.has(m.name)) : [];
  return [
    ...doc.functions.map((f) => described(`${short}.`, f)),
    ...mirrored.map((f) => described(`${short}.`, { ...f, params: ["target", ...f.params] })),
    ...doc.methods.map((f) => described("client:", f)),
  ];
}
