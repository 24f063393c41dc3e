/** Documentation derived from declarations: for `assay modules`, and for editors (LuaLS). */
import type { BuiltinDefinition, FunctionDefinition } from "./define";
import type { Param } from "./params";

export interface FunctionDescription {
  /** `json.parse` */
  readonly name: string;
  /** `json.parse(s, opts?)` */
  readonly signature: string;
  readonly doc: string;
  readonly returns: string;
}

/** All functions of a builtin, in the order of their declaration. */
export function describeBuiltin(definition: BuiltinDefinition): FunctionDescription[] {
  return functionsOf(definition).map(([name, f]) => ({
    name,
    signature: `${name}(${f.params.map(shownParam).join(", ")})`,
    doc: f.doc,
    returns: f.returns,
  }));
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

/** A LuaLS definition file for the builtin. */
export function luaLsDefinition(definition: BuiltinDefinition): string {
  const lines = ["---@meta", "", `---${definition.doc}`];
  if (definition.global === undefined) lines.push(`${definition.name} = {}`);
  for (const [key, field] of Object.entries(definition.fields ?? {}))
    lines.push("", `---${field.doc}`, `---@type ${field.type}`, `${definition.name}.${key} = nil`);
  for (const [name, f] of functionsOf(definition)) {
    // the table's own call can't be written as a function
    if (name === definition.name && definition.global === undefined) continue;
    lines.push("", ...annotations(f));
    const names = f.params.map((q) => (q.isRest ? "..." : q.name));
    lines.push(`function ${name}(${names.join(", ")}) end`);
  }
  return `${lines.join("\n")}\n`;
}

function annotations(f: FunctionDefinition): string[] {
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
