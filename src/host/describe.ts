/** Documentation derived from declarations: for `assay modules`, and for editors (LuaLS). */
import type { BuiltinDefinition, FunctionDefinition } from "./define";
import type { HandleClass } from "./handle";
import type { Param } from "./params";

export interface FunctionDescription {
  /** `json.parse` */
  readonly name: string;
  /** `json.parse(s, opts?)` */
  readonly signature: string;
  readonly doc: string;
  readonly returns: string;
}

type Declared = Pick<FunctionDefinition, "doc" | "params" | "returns">;

/** All functions of a builtin, in the order of their declaration. */
export function describeBuiltin(definition: BuiltinDefinition): FunctionDescription[] {
  return functionsOf(definition).map(([name, f]) => describeFunction(name, f));
}

/** The methods of a handle class: `ws.connection:send(data)`. */
export function describeHandle({ name, definition }: HandleClass<never>): FunctionDescription[] {
  return Object.entries(definition.methods ?? {}).map(([key, m]) =>
    describeFunction(`${name}:${key}`, m),
  );
}

function describeFunction(name: string, f: Declared): FunctionDescription {
  const signature = `${name}(${f.params.map(shownParam).join(", ")})`;
  return { name, signature, doc: f.doc, returns: f.returns };
}

function functionsOf(d: BuiltinDefinition): [string, FunctionDefinition][] {
  const single = d.global ?? d.call;
  const members = Object.entries(d.functions ?? {}).map(
    ([key, f]): [string, FunctionDefinition] => [`${d.name}.${key}`, f],
  );
  return single === undefined ? members : [[d.name, single], ...members];
}

function shownParam(param: Param<unknown>): string {
  if (param.isRest) return "...";
  return param.isOptional ? `${param.name}?` : param.name;
}

/** The builtin in LuaLS notation. `isAddition`: to a table that the editor knows already. */
export function luaLsBuiltin(definition: BuiltinDefinition, isAddition = false): string {
  const { name, call, global } = definition;
  const lines: string[] = [];
  if (global === undefined && !isAddition) {
    lines.push(`---${definition.doc}`);
    // a table that is called has no other way to say so
    if (call !== undefined) lines.push(`---@overload ${functionType(call)}`);
    lines.push(`${name} = {}`, "");
  }
  for (const [key, field] of Object.entries(definition.fields ?? {}))
    lines.push(`---${field.doc}`, `---@type ${field.type}`, `${name}.${key} = nil`, "");
  for (const [full, f] of functionsOf(definition))
    if (f !== call) lines.push(...declaration(full, f), "");
  return lines.join("\n");
}

/** A class of handles in LuaLS notation. */
export function luaLsHandle({ name, definition }: HandleClass<never>): string {
  const lines = [`---${definition.doc ?? name}`, `---@class ${name}`];
  for (const [key, field] of Object.entries(definition.fields ?? {}))
    lines.push(`---@field ${key} ${field.type} ${field.doc}`);
  if (definition.call !== undefined) lines.push(`---@overload ${functionType(definition.call)}`);
  const variable = name.replaceAll(".", "_");
  lines.push(`local ${variable} = {}`, "");
  for (const [key, m] of Object.entries(definition.methods ?? {}))
    lines.push(...declaration(`${variable}:${key}`, m), "");
  return lines.join("\n");
}

function declaration(name: string, f: Declared): string[] {
  const names = f.params.map((q) => (q.isRest ? "..." : q.name));
  return [...annotations(f), `function ${name}(${names.join(", ")}) end`];
}

function functionType(f: Declared): string {
  const params = f.params.map((q) => `${shownParam(q)}: ${luaLsType(q)}`).join(", ");
  return `fun(${params})${f.returns === "" ? "" : `: ${f.returns}`}`;
}

function annotations(f: Declared): string[] {
  const lines = [`---${f.doc}`];
  for (const q of f.params)
    lines.push(`---@param ${shownParam(q)} ${luaLsType(q)}${q.doc === "" ? "" : ` ${q.doc}`}`);
  for (const type of f.returns === "" ? [] : f.returns.split(/,\s*/))
    lines.push(`---@return ${type}`);
  return lines;
}

/** A table of options with its fields spelled out. */
function luaLsType(q: Param<unknown>): string {
  if (q.fields === undefined) return q.type;
  const fields = q.fields.map((f) => `${shownParam(f)}: ${luaLsType(f)}`);
  return `{ ${fields.join(", ")} }`;
}
